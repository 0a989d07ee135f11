"""The reserved names of each language: keywords, builtins, and names that its tools treat specially."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["DEVICES", "GO", "LANGUAGES", "PYTHON", "RUST", "TYPESCRIPT", "Language"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class Language:
    """The reserved names of a language.

    ``keywords`` can never be an identifier. ``types`` are names of builtin types that a declared type must not hide,
    because generated code uses them. ``packages`` are names under which another module is found first.
    """

    name: str
    keywords: frozenset[str]
    types: frozenset[str]
    packages: frozenset[str] = frozenset()
    file_endings: frozenset[str] = frozenset()
    """Words that have a meaning for the compiler at the end of a file name, after an underscore."""
    raw: frozenset[str] = frozenset()
    """Keywords that become identifiers with `Language.raw_prefix`; the others get an underscore at the end."""
    raw_prefix: str = ""
    initialisms: frozenset[str] = frozenset()
    """Words that are written in capitals inside names in mixed case."""


DEVICES = _words("aux con nul prn") | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
"""Names that no file can have on Windows, whatever its suffix."""

PYTHON = Language(
    name="python",
    keywords=_words(
        "False None True and as assert async await break class continue def del elif else except finally for from "
        "global if import in is lambda nonlocal not or pass raise return try while with yield __debug__"
    ),
    types=_words("Any AttributeError Ellipsis NotImplemented"),
    packages=_words(
        "abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb "
        "binascii bisect builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys "
        "compileall compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses "
        "dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum errno "
        "faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass "
        "gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io "
        "ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math "
        "mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers "
        "opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pip pipes pkg_resources pkgutil "
        "platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data "
        "pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors "
        "setuptools shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile "
        "sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symtable sys sysconfig "
        "syslog tabnanny tarfile telnetlib tempfile termios test textwrap this threading time timeit tkinter token "
        "tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing typing_extensions "
        "unicodedata unittest urllib uu uuid venv warnings wave weakref webbrowser wheel winreg winsound wsgiref "
        "xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo anyio certifi h11 h2 hpack httpcore httpcore2 httpx "
        "httpx2 idna pydantic pydantic_core pyreqwest pytest sniffio"
    ),
)

TYPESCRIPT = Language(
    name="typescript",
    keywords=_words(
        "abstract any arguments as asserts async await bigint boolean break case catch class const constructor "
        "continue debugger declare default delete do else enum eval export extends false finally for from function "
        "get if implements import in infer instanceof interface is keyof let module namespace never new null number "
        "object of package private protected public readonly require return set static string super switch symbol "
        "this throw true try type typeof undefined unique unknown var void while with yield"
    ),
    types=_words(
        "Array ArrayBuffer AsyncIterable AsyncIterator Blob Boolean Buffer Date Error Exclude Extract File FormData "
        "Function Headers Infinity Iterable Iterator JSON Map Math NaN NonNullable Number Object Omit Partial Pick "
        "Promise Proxy ReadableStream Readonly ReadonlyArray Record Reflect RegExp Request Required Response "
        "ReturnType Set String Symbol Uint8Array URL WeakMap WeakSet"
    ),
)

GO = Language(
    name="go",
    keywords=_words(
        "break case chan const continue default defer else fallthrough for func go goto if import interface map "
        "package range return select struct switch type var "
        "any append bool byte cap clear close comparable complex complex128 complex64 copy delete error false float32 "
        "float64 imag int int16 int32 int64 int8 iota len make max min new nil panic print println real recover rune "
        "string true uint uint16 uint32 uint64 uint8 uintptr init main"
    ),
    types=frozenset(),
    packages=_words("internal main vendor testdata errors fmt context http io json net strings time url"),
    file_endings=_words(
        "test aix android darwin dragonfly freebsd illumos ios js linux netbsd openbsd plan9 solaris wasip1 windows "
        "386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x wasm unix"
    ),
    initialisms=_words(
        "acl api ascii cpu css dns eof guid html http https id ip json qps ram rpc sla smtp sql ssh tcp tls ttl udp "
        "ui uid uuid uri url utf8 vm xml xmpp xsrf xss"
    ),
)

_RUST_RAW = _words(
    "abstract as async await become box break const continue do dyn else enum extern false final fn for gen if impl "
    "in let loop macro match mod move mut override priv pub ref return static struct trait true try type typeof "
    "unsafe unsized use virtual where while yield"
)

RUST = Language(
    name="rust",
    keywords=_RUST_RAW | _words("crate self super Self _"),
    types=_words(
        "AsMut AsRef Box Clone Copy Default Drop Eq Err Fn FnMut FnOnce From Into IntoIterator Iterator None Ok Option "
        "Ord PartialEq PartialOrd Result Send Sized Some String Sync ToOwned ToString TryFrom TryInto Unpin Vec"
    ),
    packages=_words("alloc core proc_macro std test"),
    raw=_RUST_RAW,
    raw_prefix="r#",
)

LANGUAGES: Mapping[str, Language] = {language.name: language for language in (PYTHON, TYPESCRIPT, GO, RUST)}
"""The languages by name."""
