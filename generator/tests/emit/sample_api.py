"""A small hand-written API with every shape that an emitter must express, unusual ones included."""

from __future__ import annotations

from collections.abc import Iterable

from onceward_generator.behaviour import Behaviour, ErrorClass
from onceward_generator.model import (
    Api,
    AuthScheme,
    Body,
    BodyKind,
    Brand,
    ByJsonType,
    ByTag,
    Check,
    EnumType,
    Field,
    FileType,
    Framing,
    JsonKind,
    JsonType,
    ListType,
    LiteralType,
    MapType,
    Member,
    Method,
    Nullable,
    ObjectType,
    Origin,
    Pages,
    PageStyle,
    Param,
    Place,
    Prim,
    Primitive,
    Ranked,
    Ref,
    Resource,
    Result,
    ResultKind,
    RetryClass,
    Server,
    Streams,
    Type,
    TypeDef,
    UnionType,
    Variant,
)

__all__ = ["sample_api"]

ORIGIN = Origin("sample.yaml", "", 1, 1)
STRING, INTEGER, NUMBER, BOOLEAN = (Primitive(kind) for kind in (Prim.STRING, Prim.INTEGER, Prim.NUMBER, Prim.BOOLEAN))


def words(text: str) -> tuple[str, ...]:
    return tuple(text.replace("-", "_").lower().strip("_").split("_"))


def prop(wire: str, type_: Type, *, required: bool = False, description: str = "", name: str | None = None) -> Field:
    return Field(wire, words(name or wire), type_, required, description or f"The {wire}.")


def obj(*fields: Field) -> ObjectType:
    return ObjectType(fields)


def enum(*values: str, is_open: bool = True) -> EnumType:
    return EnumType(Prim.STRING, tuple(Member(value, words(value)) for value in values), is_open)


def define(key: str, name: str, type_: Type, family: str, *, sent: bool = False, received: bool = False) -> TypeDef:
    return TypeDef(key, words(name), type_, f"About {name}.", ORIGIN, sent, received, family)


def tagged(wire: str, **variants: str) -> UnionType:
    listed = tuple(Variant(words(tag), Ref(key)) for tag, key in variants.items())
    return UnionType(listed, ByTag(wire, tuple((tag, index) for index, tag in enumerate(variants))))


def types() -> Iterable[TypeDef]:
    both = {"sent": True, "received": True}
    text_part = obj(prop("type", LiteralType("text"), required=True), prop("text", STRING, required=True))
    image_part = obj(
        prop("type", LiteralType("image"), required=True),
        prop("url", Nullable(STRING), required=True, description='A "url"'),
    )
    yield define("TextPart", "text_part", text_part, "chat", **both)
    yield define("ImagePart", "image_part", image_part, "chat", **both)
    yield define("Part", "part", tagged("type", text="TextPart", image="ImagePart"), "chat", **both)
    content = UnionType(
        (Variant(("text",), STRING), Variant(("parts",), ListType(Ref("Part")))),
        ByJsonType(((JsonKind.STRING, 0), (JsonKind.ARRAY, 1))),
    )
    message = obj(
        prop("role", enum("user", "assistant"), required=True),
        prop("content", Nullable(content), required=True),
        prop("from", STRING, description="A keyword."),
        prop("x-trace", STRING, description="No identifier."),
        prop("meta", MapType(JsonType())),
    )
    yield define("Message", "message", message, "chat", **both)
    finish = Nullable(enum("stop", "length"))
    choice = obj(
        prop("index", INTEGER, required=True), prop("message", Ref("Message"), required=True), prop("finish", finish)
    )
    yield define("Choice", "choice", choice, "chat", received=True)
    completion = obj(
        prop("id", STRING, required=True),
        prop("object", LiteralType("chat.completion"), required=True),
        prop("created", INTEGER, required=True),
        prop("at", Primitive(Prim.DATETIME)),
        prop("choices", ListType(Ref("Choice")), required=True),
        prop("usage", Ref("Usage")),
        prop("tree", Ref("Tree")),
        prop("schema", JsonType(), description="Hides an attribute of the base."),
        prop("list", ListType(STRING), description="Named like a builtin that annotations use."),
        prop("fooBar", STRING, name="foo_bar"),
        prop("foo_bar", INTEGER),
        prop("pick", UnionType((Variant(("cat",), Ref("Cat")), Variant(("dog",), Ref("Dog"))), Ranked())),
        prop("_hidden", STRING, name="hidden"),
    )
    yield define("ChatCompletion", "chat_completion", completion, "chat", received=True)
    yield define("Usage", "usage", obj(prop("total", INTEGER, required=True)), "shared", received=True)
    yield define("Cat", "cat", obj(prop("name", STRING), prop("lives", INTEGER)), "chat", received=True)
    yield define("Dog", "dog", obj(prop("name", STRING), prop("tricks", ListType(STRING))), "chat", received=True)
    yield define("Chunk", "chunk", obj(prop("id", STRING, required=True), prop("delta", STRING)), "chat", received=True)
    branches = (Variant(("leaf",), STRING), Variant(("branches",), ListType(Ref("Tree"))))
    by_kind = ByJsonType(((JsonKind.STRING, 0), (JsonKind.ARRAY, 1)))
    yield define("Tree", "tree", UnionType(branches, by_kind), "chat", **both)
    yield define("Node", "node", obj(prop("value", STRING), prop("children", ListType(Ref("Node")))), "chat", sent=True)
    yield define(
        "Model", "model", obj(prop("id", STRING, required=True), prop("owner", STRING)), "models", received=True
    )
    yield define(
        "ModelList", "model_list", obj(prop("data", ListType(Ref("Model")), required=True)), "models", received=True
    )
    yield define("File", "file", obj(prop("id", STRING, required=True), prop("bytes", INTEGER)), "files", received=True)
    listing = obj(prop("data", ListType(Ref("File")), required=True), prop("has_more", BOOLEAN))
    yield define("FileList", "file_list", listing, "files", received=True)
    yield define("Purpose", "purpose", enum("batch", "vision", is_open=False), "files", sent=True)
    yield define("Transcript", "transcript", obj(prop("text", STRING, required=True)), "audio", received=True)


def param(wire: str, type_: Type, *, place: Place = Place.BODY, required: bool = False, **more: object) -> Param:
    return Param(wire, words(wire), place, type_, required, f"The {wire}. It matters.", **more)  # type: ignore[arg-type]


def method(id_: str, http: str, path: str, *params: Param, result: Result, **more: object) -> Method:
    body = Body(BodyKind.JSON, "application/json", True, JsonType()) if http == "POST" else None
    base: dict[str, object] = {
        "id": id_, "name": words(id_.rsplit(".", 1)[1]), "http": http, "path": path, "summary": f"Do {id_}.",
        "description": "",
        "params": params, "body": body, "result": result, "streams": None, "pages": None, "auth": True,
        "errors": (400, 401),
        "retry": RetryClass.SAFE if http == "GET" else RetryClass.KEYED, "origin": ORIGIN,
        "positional": tuple(p.wire for p in params if p.place is Place.PATH),
    }  # fmt: skip
    return Method(**{**base, **more})  # type: ignore[arg-type]


def chat() -> Resource:
    streams = Streams(Framing.SSE, Ref("Chunk"), "stream", done="[DONE]", resumable=True)
    create = method(
        "chat.completions.create", "POST", "/v1/chat/completions",
        param("model", STRING, required=True),
        param("messages", ListType(Ref("Message")), required=True, check=Check(min_length=1)),
        param("temperature", Nullable(NUMBER), check=Check(minimum=0, maximum=2)),
        param("n", INTEGER, check=Check(minimum=1, maximum=10)),
        param("stream", Nullable(BOOLEAN)),
        param("timeout", INTEGER),
        param("class", STRING),
        param("root", Ref("Node")),
        param("tree", Ref("Tree")),
        param("extra", obj(prop("deep", obj(prop("x", INTEGER, required=True))))),
        param("X-Tenant", STRING, place=Place.HEADER),
        param("Idempotency-Key", STRING, place=Place.HEADER),
        result=Result(ResultKind.JSON, Ref("ChatCompletion")), streams=streams,
    )  # fmt: skip
    completions = Resource(("completions",), ("chat", "completions"), "Answers.", (create,), ())
    return Resource(("chat",), ("chat",), "Conversations.", (), (completions,))


def files() -> Resource:
    pages = Pages(
        PageStyle.AFTER, ("data",), Ref("File"), cursor_param="after", limit_param="limit", has_more=("has_more",)
    )
    file_id = param("file_id", STRING, place=Place.PATH, required=True)
    upload = Body(BodyKind.MULTIPART, "multipart/form-data", True, JsonType())
    methods = (
        method("files.create", "POST", "/v1/files", param("file", FileType(), required=True),
               param("purpose", Ref("Purpose"), required=True), param("tags", ListType(STRING)),
               result=Result(ResultKind.JSON, Ref("File")), body=upload),
        method("files.list", "GET", "/v1/files", param("after", STRING, place=Place.QUERY),
               param("limit", INTEGER, place=Place.QUERY, check=Check(minimum=1, maximum=100)),
               result=Result(ResultKind.JSON, Ref("FileList")), pages=pages),
        method("files.retrieve", "GET", "/v1/files/{file_id}", file_id, result=Result(ResultKind.JSON, Ref("File"))),
        method("files.content", "GET", "/v1/files/{file_id}/content", file_id, result=Result(ResultKind.BINARY, None)),
        method("files.delete", "DELETE", "/v1/files/{file_id}", file_id, result=Result(ResultKind.EMPTY, None)),
        method("files.print", "GET", "/v1/files/{file_id}/lines", file_id, param("from", INTEGER, place=Place.QUERY),
               result=Result(ResultKind.JSON, ListType(Ref("File")))),
    )  # fmt: skip
    return Resource(("files",), ("files",), "Files.", methods, ())


def others() -> tuple[Resource, ...]:
    model = param("model", STRING, place=Place.PATH, required=True, multi_segment=True)
    models = (
        method("models.retrieve", "GET", "/v1/models/{model}", model, result=Result(ResultKind.JSON, Ref("Model"))),
        method("models.list", "GET", "/v1/models", result=Result(ResultKind.JSON, Ref("ModelList")),
               pages=Pages(PageStyle.NONE, ("data",), Ref("Model"))),
        method("models.import", "POST", "/v1/models/import", result=Result(ResultKind.JSON, None)),
    )  # fmt: skip
    formats = enum("json", "text", "srt", is_open=False)
    create = method(
        "audio.create", "POST", "/v1/audio", param("file", FileType(), required=True), param("format", formats),
        param("stream", BOOLEAN),
        result=Result(ResultKind.JSON, Ref("Transcript"), text_when=(("format", ("text", "srt")),)),
        streams=Streams(Framing.SSE, tagged("type", text="TextPart", image="ImagePart"), "stream",
        terminal=("image",), tag="type"),
    )  # fmt: skip
    return (
        Resource(("models",), ("models",), "Models.", models, ()),
        Resource(("audio",), ("audio",), "Sound.", (create,), ()),
    )


def sample_api() -> Api:
    brand = Brand(("sample", "api"), "sample_api_sdk", "SAMPLE", "X-Sample", "https://api.sample.test")
    errors = (
        ErrorClass(("bad", "request"), None, statuses=(400,)),
        ErrorClass(("authentication",), None, statuses=(401,)),
    )
    return Api(
        title="Sample", version="1", description="", brand=brand, servers=(Server("https://api.sample.test"),),
        auth=(AuthScheme("bearer", "bearer", "Authorization"),), behaviour=Behaviour(errors=errors),
        resources=(chat(), files(), *others()), types={definition.key: definition for definition in types()},
    )  # fmt: skip
