# Generated from the contract by onceward-generate. Do not edit: change the contract or the generator.

"""The resource `files` and its children."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

from .._core.operation import Body, Operation, Page, Param, Result
from .._core.resource import AsyncRawMethod, AsyncResource, RawMethod, RawResource, Resource
from ..lib.files import AsyncFilesHelpers, FilesHelpers

if TYPE_CHECKING:
    from .._core.content import Content
    from .._core.options import CallOptions
    from .._drivers.pages import AsyncPages, SyncPage
    from ..types.files import FileDeleted, FileObject
    from ..types.params.files import FilesContentParams, FilesCreateParams, FilesListParams

__all__ = [
    "AsyncFiles",
    "AsyncFilesWithRawResponse",
    "Files",
    "FilesWithRawResponse",
]

_CREATE = Operation(
    id="files.create",
    method="POST",
    path="/v1/files",
    params={
        "file": Param(wire="file", required=True, file=True),
        "purpose": Param(wire="purpose", required=True, check=("within", "string", {"min_length": 1})),
        "expires_after": Param(wire="expires_after", check="shared:ExpiresAfterParam", style="deepObject"),
    },
    body=Body(kind="multipart", media_type="multipart/form-data"),
    result=Result(type="files:FileObject"),
    retry="keyed",
)

_LIST = Operation(
    id="files.list",
    method="GET",
    path="/v1/files",
    params={
        "purpose": Param(wire="purpose", place="query", check=("within", "string", {"min_length": 1})),
        "order": Param(wire="order", place="query", check=("enum", "asc", "desc")),
        "limit": Param(wire="limit", place="query", check=("within", "integer", {"minimum": 1, "maximum": 10000})),
        "after": Param(wire="after", place="query", check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="files:FileList"),
    page=Page(
        style="after",
        items=("data",),
        cursor_param="after",
        limit_param="limit",
        has_more=("has_more",),
        last_id=("last_id",),
    ),
)

_RETRIEVE = Operation(
    id="files.retrieve",
    method="GET",
    path="/v1/files/{file_id}",
    params={
        "file_id": Param(wire="file_id", place="path", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="files:FileObject"),
)

_DELETE = Operation(
    id="files.delete",
    method="DELETE",
    path="/v1/files/{file_id}",
    params={
        "file_id": Param(wire="file_id", place="path", required=True, check=("within", "string", {"min_length": 1})),
    },
    result=Result(type="files:FileDeleted"),
    retry="keyed",
)

_CONTENT = Operation(
    id="files.content",
    method="GET",
    path="/v1/files/{file_id}/content",
    params={
        "file_id": Param(wire="file_id", place="path", required=True, check=("within", "string", {"min_length": 1})),
        "range": Param(wire="Range", place="header", check=("within", "string", {"min_length": 1})),
        "if_range": Param(wire="If-Range", place="header", check=("within", "string", {"min_length": 1})),
    },
    result=Result(kind="binary"),
)


class Files(FilesHelpers, Resource):
    """Files."""

    @cached_property
    def with_raw_response(self) -> FilesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return FilesWithRawResponse(self)

    def create(self, **params: Unpack[FilesCreateParams]) -> FileObject:
        """Upload a file.

        Uploads a file for batches, fine-tuning or conversations.

        Args:
            file: The content of the file.
            purpose: The purpose of the file.
            expires_after: When the file expires.
        """
        answer: FileObject = self._client.execute(_CREATE, params)
        return answer

    def list(self, **params: Unpack[FilesListParams]) -> SyncPage[FileObject]:
        """List files.

        Lists files, newest first by default.

        Args:
            purpose: Only files with this purpose.
            order: The sort order by `created_at`. Default: 'desc'.
            limit: The maximum number of items per page. Default: 10000.
            after: The id of the last item of the previous page.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: SyncPage[FileObject] = self._client.execute(_LIST, params)
        return answer

    def retrieve(self, file_id: str, **params: Unpack[CallOptions]) -> FileObject:
        """Retrieve a file.

        Retrieves the metadata of a file.

        Args:
            file_id: The id of the file.
        """
        answer: FileObject = self._client.execute(_RETRIEVE, {"file_id": file_id, **params})
        return answer

    def delete(self, file_id: str, **params: Unpack[CallOptions]) -> FileDeleted:
        """Delete a file.

        Deletes a file and its content.

        Args:
            file_id: The id of the file.
        """
        answer: FileDeleted = self._client.execute(_DELETE, {"file_id": file_id, **params})
        return answer

    def content(self, file_id: str, **params: Unpack[FilesContentParams]) -> Content:
        """Retrieve file content.

        Returns the content of a file, or the part of it that `Range` selects.

        Args:
            file_id: The id of the file.
            range: The bytes to send, such as `bytes=0-1023`, `bytes=1024-` or `bytes=-512` (the last 512), for
                downloads in parts and for continuing an interrupted download.
            if_range: The `ETag` or the `Last-Modified` of an earlier response.

        Returns:
            The bytes of the response.
        """
        answer: Content = self._client.execute(_CONTENT, {"file_id": file_id, **params})
        return answer


class FilesWithRawResponse(RawResource["Files"]):
    """The methods of `Files`, returning raw responses."""

    create = RawMethod(Files.create)
    list = RawMethod(Files.list)
    retrieve = RawMethod(Files.retrieve)
    delete = RawMethod(Files.delete)
    content = RawMethod(Files.content)


class AsyncFiles(AsyncFilesHelpers, AsyncResource):
    """Files."""

    @cached_property
    def with_raw_response(self) -> AsyncFilesWithRawResponse:
        """The same methods, returning the raw response: status, headers, bytes, and `parse()`."""
        return AsyncFilesWithRawResponse(self)

    async def create(self, **params: Unpack[FilesCreateParams]) -> FileObject:
        """Upload a file.

        Uploads a file for batches, fine-tuning or conversations.

        Args:
            file: The content of the file.
            purpose: The purpose of the file.
            expires_after: When the file expires.
        """
        answer: FileObject = await self._client.execute(_CREATE, params)
        return answer

    def list(self, **params: Unpack[FilesListParams]) -> AsyncPages[FileObject]:
        """List files.

        Lists files, newest first by default.

        Args:
            purpose: Only files with this purpose.
            order: The sort order by `created_at`. Default: 'desc'.
            limit: The maximum number of items per page. Default: 10000.
            after: The id of the last item of the previous page.

        Returns:
            The first page; iterate over it for the items of all pages.
        """
        answer: AsyncPages[FileObject] = self._client.execute(_LIST, params)
        return answer

    async def retrieve(self, file_id: str, **params: Unpack[CallOptions]) -> FileObject:
        """Retrieve a file.

        Retrieves the metadata of a file.

        Args:
            file_id: The id of the file.
        """
        answer: FileObject = await self._client.execute(_RETRIEVE, {"file_id": file_id, **params})
        return answer

    async def delete(self, file_id: str, **params: Unpack[CallOptions]) -> FileDeleted:
        """Delete a file.

        Deletes a file and its content.

        Args:
            file_id: The id of the file.
        """
        answer: FileDeleted = await self._client.execute(_DELETE, {"file_id": file_id, **params})
        return answer

    async def content(self, file_id: str, **params: Unpack[FilesContentParams]) -> Content:
        """Retrieve file content.

        Returns the content of a file, or the part of it that `Range` selects.

        Args:
            file_id: The id of the file.
            range: The bytes to send, such as `bytes=0-1023`, `bytes=1024-` or `bytes=-512` (the last 512), for
                downloads in parts and for continuing an interrupted download.
            if_range: The `ETag` or the `Last-Modified` of an earlier response.

        Returns:
            The bytes of the response.
        """
        answer: Content = await self._client.execute(_CONTENT, {"file_id": file_id, **params})
        return answer


class AsyncFilesWithRawResponse(RawResource["AsyncFiles"]):
    """The methods of `AsyncFiles`, returning raw responses."""

    create = AsyncRawMethod(AsyncFiles.create)
    list = AsyncRawMethod(AsyncFiles.list)
    retrieve = AsyncRawMethod(AsyncFiles.retrieve)
    delete = AsyncRawMethod(AsyncFiles.delete)
    content = AsyncRawMethod(AsyncFiles.content)
