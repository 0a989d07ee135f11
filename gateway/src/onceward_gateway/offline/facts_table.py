"""A small table of the world: enough for the offline models to answer first questions with what is true.

Populations are rounded; those of cities are of the city proper.
"""

from __future__ import annotations

__all__ = ["CITIES", "COUNTRIES", "PHRASES"]

# country | capital | population | currency | language | continent | code
COUNTRIES = """
Argentina|Buenos Aires|46000000|Argentine peso|Spanish|South America|AR
Australia|Canberra|26600000|Australian dollar|English|Oceania|AU
Austria|Vienna|9100000|euro|German|Europe|AT
Bangladesh|Dhaka|173000000|taka|Bengali|Asia|BD
Belgium|Brussels|11800000|euro|Dutch|Europe|BE
Bolivia|Sucre|12400000|boliviano|Spanish|South America|BO
Brazil|Brasília|203000000|Brazilian real|Portuguese|South America|BR
Bulgaria|Sofia|6400000|euro|Bulgarian|Europe|BG
Canada|Ottawa|40100000|Canadian dollar|English|North America|CA
Chile|Santiago|19600000|Chilean peso|Spanish|South America|CL
China|Beijing|1410000000|renminbi|Chinese|Asia|CN
Colombia|Bogotá|52000000|Colombian peso|Spanish|South America|CO
Costa Rica|San José|5200000|Costa Rican colón|Spanish|North America|CR
Croatia|Zagreb|3900000|euro|Croatian|Europe|HR
Cuba|Havana|11000000|Cuban peso|Spanish|North America|CU
Czech Republic|Prague|10900000|Czech koruna|Czech|Europe|CZ
Denmark|Copenhagen|5950000|Danish krone|Danish|Europe|DK
Ecuador|Quito|18000000|US dollar|Spanish|South America|EC
Egypt|Cairo|105000000|Egyptian pound|Arabic|Africa|EG
Estonia|Tallinn|1370000|euro|Estonian|Europe|EE
Ethiopia|Addis Ababa|126000000|birr|Amharic|Africa|ET
Finland|Helsinki|5600000|euro|Finnish|Europe|FI
France|Paris|68000000|euro|French|Europe|FR
Germany|Berlin|84000000|euro|German|Europe|DE
Ghana|Accra|34000000|cedi|English|Africa|GH
Greece|Athens|10400000|euro|Greek|Europe|GR
Hungary|Budapest|9600000|forint|Hungarian|Europe|HU
Iceland|Reykjavík|390000|Icelandic króna|Icelandic|Europe|IS
India|New Delhi|1430000000|Indian rupee|Hindi|Asia|IN
Indonesia|Jakarta|278000000|rupiah|Indonesian|Asia|ID
Iran|Tehran|89000000|rial|Persian|Asia|IR
Iraq|Baghdad|45000000|Iraqi dinar|Arabic|Asia|IQ
Ireland|Dublin|5300000|euro|English|Europe|IE
Israel|Jerusalem|9800000|new shekel|Hebrew|Asia|IL
Italy|Rome|59000000|euro|Italian|Europe|IT
Jamaica|Kingston|2800000|Jamaican dollar|English|North America|JM
Japan|Tokyo|124000000|yen|Japanese|Asia|JP
Kenya|Nairobi|55000000|Kenyan shilling|Swahili|Africa|KE
Latvia|Riga|1880000|euro|Latvian|Europe|LV
Lithuania|Vilnius|2860000|euro|Lithuanian|Europe|LT
Luxembourg|Luxembourg|660000|euro|Luxembourgish|Europe|LU
Malaysia|Kuala Lumpur|34000000|ringgit|Malay|Asia|MY
Malta|Valletta|540000|euro|Maltese|Europe|MT
Mexico|Mexico City|129000000|Mexican peso|Spanish|North America|MX
Mongolia|Ulaanbaatar|3400000|tögrög|Mongolian|Asia|MN
Morocco|Rabat|37800000|Moroccan dirham|Arabic|Africa|MA
Nepal|Kathmandu|30900000|Nepalese rupee|Nepali|Asia|NP
Netherlands|Amsterdam|17900000|euro|Dutch|Europe|NL
New Zealand|Wellington|5200000|New Zealand dollar|English|Oceania|NZ
Nigeria|Abuja|224000000|naira|English|Africa|NG
Norway|Oslo|5550000|Norwegian krone|Norwegian|Europe|NO
Pakistan|Islamabad|240000000|Pakistani rupee|Urdu|Asia|PK
Peru|Lima|34000000|sol|Spanish|South America|PE
Philippines|Manila|117000000|Philippine peso|Filipino|Asia|PH
Poland|Warsaw|37600000|złoty|Polish|Europe|PL
Portugal|Lisbon|10500000|euro|Portuguese|Europe|PT
Romania|Bucharest|19000000|leu|Romanian|Europe|RO
Russia|Moscow|144000000|rouble|Russian|Europe|RU
Saudi Arabia|Riyadh|32200000|riyal|Arabic|Asia|SA
Senegal|Dakar|17800000|CFA franc|French|Africa|SN
Serbia|Belgrade|6600000|Serbian dinar|Serbian|Europe|RS
Singapore|Singapore|5900000|Singapore dollar|English|Asia|SG
Slovakia|Bratislava|5400000|euro|Slovak|Europe|SK
Slovenia|Ljubljana|2120000|euro|Slovene|Europe|SI
South Africa|Pretoria|62000000|rand|Zulu|Africa|ZA
South Korea|Seoul|51700000|won|Korean|Asia|KR
Spain|Madrid|48600000|euro|Spanish|Europe|ES
Sweden|Stockholm|10550000|Swedish krona|Swedish|Europe|SE
Switzerland|Bern|8900000|Swiss franc|German|Europe|CH
Taiwan|Taipei|23400000|New Taiwan dollar|Chinese|Asia|TW
Tanzania|Dodoma|67000000|Tanzanian shilling|Swahili|Africa|TZ
Thailand|Bangkok|66000000|baht|Thai|Asia|TH
Turkey|Ankara|85000000|Turkish lira|Turkish|Asia|TR
Uganda|Kampala|48000000|Ugandan shilling|English|Africa|UG
Ukraine|Kyiv|38000000|hryvnia|Ukrainian|Europe|UA
United Arab Emirates|Abu Dhabi|9500000|UAE dirham|Arabic|Asia|AE
United Kingdom|London|68000000|pound sterling|English|Europe|GB
United States|Washington, D.C.|335000000|US dollar|English|North America|US
Uruguay|Montevideo|3400000|Uruguayan peso|Spanish|South America|UY
Venezuela|Caracas|28800000|bolívar|Spanish|South America|VE
Vietnam|Hanoi|100000000|dong|Vietnamese|Asia|VN
"""

# city | country | population
CITIES = """
Abu Dhabi|United Arab Emirates|1800000
Accra|Ghana|2500000
Addis Ababa|Ethiopia|3900000
Amsterdam|Netherlands|930000
Ankara|Turkey|5800000
Athens|Greece|640000
Auckland|New Zealand|1650000
Baghdad|Iraq|7700000
Bangkok|Thailand|5500000
Barcelona|Spain|1660000
Beijing|China|21900000
Belgrade|Serbia|1200000
Berlin|Germany|3800000
Bern|Switzerland|134000
Bogotá|Colombia|7900000
Boston|United States|650000
Bratislava|Slovakia|475000
Brussels|Belgium|1220000
Bucharest|Romania|1720000
Budapest|Hungary|1690000
Buenos Aires|Argentina|3100000
Cairo|Egypt|10100000
Canberra|Australia|470000
Cape Town|South Africa|4800000
Caracas|Venezuela|2080000
Chicago|United States|2660000
Copenhagen|Denmark|660000
Dakar|Senegal|1280000
Delhi|India|16800000
Dhaka|Bangladesh|10300000
Dubai|United Arab Emirates|3600000
Dublin|Ireland|592000
Edinburgh|United Kingdom|514000
Florence|Italy|362000
Frankfurt|Germany|773000
Geneva|Switzerland|205000
Hamburg|Germany|1890000
Hanoi|Vietnam|8500000
Havana|Cuba|2130000
Helsinki|Finland|675000
Hong Kong|China|7500000
Islamabad|Pakistan|1010000
Istanbul|Turkey|15700000
Jakarta|Indonesia|10700000
Jerusalem|Israel|980000
Johannesburg|South Africa|4800000
Kathmandu|Nepal|860000
Kingston|Jamaica|660000
Kuala Lumpur|Malaysia|1980000
Kyiv|Ukraine|2950000
Kyoto|Japan|1440000
Lagos|Nigeria|15400000
Lima|Peru|10000000
Lisbon|Portugal|545000
Liverpool|United Kingdom|486000
Ljubljana|Slovenia|296000
London|United Kingdom|8900000
Los Angeles|United States|3820000
Lyon|France|522000
Madrid|Spain|3330000
Manchester|United Kingdom|552000
Manila|Philippines|1850000
Marseille|France|873000
Melbourne|Australia|5200000
Mexico City|Mexico|9200000
Miami|United States|455000
Milan|Italy|1370000
Montevideo|Uruguay|1320000
Montreal|Canada|1760000
Moscow|Russia|13000000
Mumbai|India|12500000
Munich|Germany|1510000
Nairobi|Kenya|4400000
Naples|Italy|913000
New Delhi|India|250000
New York|United States|8260000
Osaka|Japan|2750000
Oslo|Norway|717000
Ottawa|Canada|1020000
Paris|France|2100000
Porto|Portugal|232000
Prague|Czech Republic|1360000
Pretoria|South Africa|740000
Quito|Ecuador|1780000
Rabat|Morocco|578000
Reykjavík|Iceland|140000
Riga|Latvia|605000
Rio de Janeiro|Brazil|6210000
Riyadh|Saudi Arabia|7000000
Rome|Italy|2750000
San Francisco|United States|809000
Santiago|Chile|6900000
Seattle|United States|755000
Seoul|South Korea|9400000
Shanghai|China|24900000
Singapore|Singapore|5900000
Sofia|Bulgaria|1280000
Stockholm|Sweden|985000
Sydney|Australia|5450000
São Paulo|Brazil|11450000
Taipei|Taiwan|2500000
Tallinn|Estonia|454000
Tehran|Iran|9000000
Tokyo|Japan|14000000
Toronto|Canada|2790000
Turin|Italy|847000
Ulaanbaatar|Mongolia|1670000
Valencia|Spain|800000
Vancouver|Canada|662000
Venice|Italy|250000
Vienna|Austria|2010000
Vilnius|Lithuania|602000
Warsaw|Poland|1860000
Washington, D.C.|United States|679000
Wellington|New Zealand|216000
Zagreb|Croatia|767000
Zurich|Switzerland|434000
"""

# English | French | Spanish | German | Italian | Portuguese
PHRASES = """
hello|bonjour|hola|hallo|ciao|olá
hi|salut|hola|hallo|ciao|oi
goodbye|au revoir|adiós|auf Wiedersehen|arrivederci|adeus
good morning|bonjour|buenos días|guten Morgen|buongiorno|bom dia
good evening|bonsoir|buenas tardes|guten Abend|buonasera|boa noite
good night|bonne nuit|buenas noches|gute Nacht|buonanotte|boa noite
thank you|merci|gracias|danke|grazie|obrigado
thanks|merci|gracias|danke|grazie|obrigado
please|s'il vous plaît|por favor|bitte|per favore|por favor
yes|oui|sí|ja|sì|sim
no|non|no|nein|no|não
sorry|désolé|perdón|Entschuldigung|scusa|desculpe
how are you|comment ça va|cómo estás|wie geht es dir|come stai|como está
i love you|je t'aime|te quiero|ich liebe dich|ti amo|eu te amo
world|monde|mundo|Welt|mondo|mundo
i love programming|j'adore la programmation|me encanta programar|ich programmiere gern|amo programmare|amo programar
my name is|je m'appelle|me llamo|ich heiße|mi chiamo|meu nome é
good afternoon|bon après-midi|buenas tardes|guten Tag|buon pomeriggio|boa tarde
see you later|à plus tard|hasta luego|bis später|a dopo|até logo
you are welcome|de rien|de nada|gern geschehen|prego|de nada
cheese|fromage|queso|Käse|formaggio|queijo
sea|mer|mar|Meer|mare|mar
black|noir|negro|schwarz|nero|preto
white|blanc|blanco|weiß|bianco|branco
hello world|bonjour le monde|hola mundo|hallo Welt|ciao mondo|olá mundo
cat|chat|gato|Katze|gatto|gato
dog|chien|perro|Hund|cane|cão
house|maison|casa|Haus|casa|casa
water|eau|agua|Wasser|acqua|água
bread|pain|pan|Brot|pane|pão
milk|lait|leche|Milch|latte|leite
coffee|café|café|Kaffee|caffè|café
tea|thé|té|Tee|tè|chá
book|livre|libro|Buch|libro|livro
friend|ami|amigo|Freund|amico|amigo
love|amour|amor|Liebe|amore|amor
day|jour|día|Tag|giorno|dia
night|nuit|noche|Nacht|notte|noite
sun|soleil|sol|Sonne|sole|sol
moon|lune|luna|Mond|luna|lua
red|rouge|rojo|rot|rosso|vermelho
blue|bleu|azul|blau|blu|azul
green|vert|verde|grün|verde|verde
one|un|uno|eins|uno|um
two|deux|dos|zwei|due|dois
three|trois|tres|drei|tre|três
apple|pomme|manzana|Apfel|mela|maçã
tree|arbre|árbol|Baum|albero|árvore
city|ville|ciudad|Stadt|città|cidade
"""

# Words of the question (an expression) | sentence | the bare fact
GENERAL = """
\\bcolou?r\\b.*\\bsky\\b|The sky is blue.|blue
\\bwhy\\b.*\\bsky\\b.*\\bblue\\b|Air scatters blue light more than red light.|Scattering
\\bcolou?r\\b.*\\bgrass\\b|Grass is green.|green
\\bcolou?r\\b.*\\bbananas?\\b|Bananas are yellow.|yellow
\\bboiling point of water\\b|Water boils at 100 °C at sea level.|100 °C
\\bfreezing point of water\\b|Water freezes at 0 °C.|0 °C
\\b(?:largest|biggest) planet\\b|Jupiter is the largest planet of the solar system.|Jupiter
\\bsmallest planet\\b|Mercury is the smallest planet of the solar system.|Mercury
\\bplanet\\b.*\\bclosest to the sun\\b|Mercury is the planet closest to the sun.|Mercury
\\bhow many planets\\b|There are 8 planets in the solar system.|8
\\bhow many continents\\b|There are 7 continents.|7
\\b(?:tallest|highest) mountain\\b|Mount Everest is the highest mountain, 8,849 metres above the sea.|Mount Everest
\\blargest ocean\\b|The Pacific is the largest ocean.|Pacific
\\bspeed of light\\b|Light travels 299,792,458 metres a second.|299,792,458 m/s
\\bwho wrote\\b.*\\b(?:hamlet|romeo|macbeth|othello)\\b|William Shakespeare wrote it.|William Shakespeare
\\bwho wrote\\b.*\\b1984\\b|George Orwell wrote it.|George Orwell
\\bwho wrote\\b.*\\bpride and prejudice\\b|Jane Austen wrote it.|Jane Austen
\\bwho painted\\b.*\\bmona lisa\\b|Leonardo da Vinci painted it.|Leonardo da Vinci
\\bfirst president of (?:the )?(?:united states|usa?)\\b|George Washington was the first president.|George Washington
\\bfirst\\b.*\\b(?:on|walk(?:ed)?)\\b.*\\bmoon\\b|Neil Armstrong was the first on the Moon, in 1969.|Neil Armstrong
\\bwon the world series in 2020\\b|The Los Angeles Dodgers won the World Series in 2020.|Los Angeles Dodgers
\\bworld series in 2020\\b|The World Series of 2020 was played in Arlington, Texas.|Arlington
\\bmeaning of life\\b|42, says a well-known novel.|42
\\bchemical (?:symbol|formula)\\b.*\\bwater\\b|The chemical formula of water is H2O.|H2O
\\bchemical symbol\\b.*\\bgold\\b|The chemical symbol of gold is Au.|Au
\\bearth flat\\b|No, the Earth is round.|no
\\bprimary colou?rs\\b|The primary colours are red, yellow and blue.|red, yellow, blue
"""
