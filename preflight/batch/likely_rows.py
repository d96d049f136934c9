"""Rows of results as nearly all of them are: what tells a success is read in C, the rest skipped.

A decoder takes a row only where `rows.row` would call it a success; whatever none of them takes is
read in full there.
"""

from collections.abc import Callable
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, field
from msgspec.json import Decoder

_Id = Annotated[str, Meta(min_length=1)]
_Success = Annotated[int, Meta(ge=200, le=299)]


class _Anything(Struct, gc=False):
    """An object."""


_Some = Annotated[list[_Anything], Meta(min_length=1)]


class _Message(Struct, gc=False):
    message: _Anything


class _Text(Struct, gc=False):
    text: str


class _Chat(Struct, gc=False):
    choices: Annotated[list[_Message], Meta(min_length=1)]
    error: None = None


class _Completion(Struct, gc=False):
    choices: Annotated[list[_Text], Meta(min_length=1)]
    error: None = None


class _Response(Struct, gc=False):
    output: _Some
    error: None = None


class _Embeddings(Struct, gc=False):
    data: _Some
    error: None = None


_Body = TypeVar("_Body")


class _Answer(Struct, Generic[_Body], gc=False):
    status_code: _Success
    body: _Body


class _OpenAi(Struct, Generic[_Body], gc=False):
    custom_id: _Id
    response: _Answer[_Body]
    error: None
    recordId: UnsetType = UNSET  # noqa: N815 - Bedrock's, which is read otherwise
    modelOutput: UnsetType = UNSET  # noqa: N815 - likewise


class _Content(Struct, gc=False):
    content: _Anything


class _Anthropic(Struct, gc=False):
    content: _Some
    choices: UnsetType = UNSET
    output: UnsetType = UNSET
    data: UnsetType = UNSET
    results: UnsetType = UNSET
    candidates: UnsetType = UNSET
    error: None = None


class _Converse(Struct, gc=False):
    output: _Message
    content: UnsetType = UNSET
    choices: UnsetType = UNSET
    data: UnsetType = UNSET
    results: UnsetType = UNSET
    candidates: UnsetType = UNSET
    error: None = None


class _Gemini(Struct, gc=False):
    candidates: Annotated[list[_Content], Meta(min_length=1)]
    content: UnsetType = UNSET
    choices: UnsetType = UNSET
    output: UnsetType = UNSET
    data: UnsetType = UNSET
    results: UnsetType = UNSET
    error: None = None
    status_code: UnsetType = UNSET
    body: UnsetType = UNSET


class _Bedrock(Struct, Generic[_Body], gc=False):
    modelOutput: _Body  # noqa: N815 - as Bedrock spells it
    custom_id: _Id = field(name="recordId")
    error: None = None
    own: None = field(default=None, name="custom_id")


class _Vertex(Struct, gc=False):
    """What all of Vertex AI's rows have; their id is in a key that was sent beside the request."""

    status: Literal[""]
    response: _Gemini
    error: None = None
    recordId: UnsetType = UNSET  # noqa: N815 - Bedrock's, which is read otherwise
    modelOutput: UnsetType = UNSET  # noqa: N815 - likewise


class _ByCustomId(_Vertex, gc=False, kw_only=True):
    custom_id: _Id


class _ByRequestId(_Vertex, gc=False, kw_only=True):
    custom_id: _Id = field(name="requestId")
    own: None = field(default=None, name="custom_id")


class _ByKey(_Vertex, gc=False, kw_only=True):
    custom_id: _Id = field(name="key")
    own: None = field(default=None, name="custom_id")
    requestId: None = None  # noqa: N815 - as some gateways spell it


class Likely(NamedTuple):
    """One kind of row. `decode` raises ValueError for any other; what it gives has `custom_id`.

    `as_it_is`: whether the row is passed on byte for byte.
    """

    decode: Callable[[bytes], Any]
    as_it_is: bool


LIKELY = (
    *(
        Likely(Decoder(kind).decode, as_it_is=True)
        for kind in (
            _OpenAi[_Chat],
            _OpenAi[_Response],
            _OpenAi[_Embeddings],
            _OpenAi[_Completion],
        )
    ),
    *(
        Likely(Decoder(kind).decode, as_it_is=False)
        for kind in (
            _Bedrock[_Anthropic],
            _Bedrock[_Converse],
            _ByRequestId,
            _ByCustomId,
            _ByKey,
        )
    ),
)
"""Every kind of likely row."""
