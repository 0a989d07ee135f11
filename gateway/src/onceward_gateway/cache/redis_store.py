"""Cache store in Redis, shared by all nodes. The entry that expires first is evicted first.

Each answer is a key of its own, which Redis deletes when it expires. There are also an index by expiry, the size and
the scope of each entry, the keys of each scope, and the sum of all bytes; every change is one script.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..core import error_codes
from ..core.errors import ApiError
from ..redis.errors import RedisUnavailable
from ..redis.script import Script

if TYPE_CHECKING:
    from ..redis.client import Redis

__all__ = ["RedisStore"]

_UNTIL = struct.Struct(">d")
_AT_ONCE = 200

# KEYS: index, sizes, sum. ARGV[1]: the prefix of the keys of answers and scopes.
_FORGET = """
local index, sizes, sum, head = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local function forget(key)
  local was = redis.call('DEL', head .. 'answer:' .. key)
  local known = redis.call('HGET', sizes, key)
  redis.call('ZREM', index, key)
  if known then
    local bytes, scope = string.match(known, '^(%d+) (.*)$')
    redis.call('HDEL', sizes, key)
    redis.call('DECRBY', sum, bytes)
    redis.call('SREM', head .. 'scope:' .. scope, key)
  end
  return was
end
"""

# ARGV: ..., key, scope, value, its bytes, milliseconds until it expires, expiry, now, the most bytes of all entries.
_PUT = Script.of(
    _FORGET
    + """
local key, scope, value, bytes, keep, over, now, most = unpack(ARGV, 2)
forget(key)
for _, old in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', now, 'LIMIT', 0, 100)) do forget(old) end
redis.call('SET', head .. 'answer:' .. key, value, 'PX', keep)
redis.call('ZADD', index, over, key)
redis.call('HSET', sizes, key, bytes .. ' ' .. scope)
redis.call('SADD', head .. 'scope:' .. scope, key)
local all = redis.call('INCRBY', sum, bytes)
while all > tonumber(most) do
  local first = redis.call('ZRANGE', index, 0, 1)
  local other = first[1]
  if other == key then other = first[2] end
  if not other then
    -- Redis evicted the index for lack of memory: unknown entries cannot be counted.
    redis.call('DEL', sizes)
    redis.call('HSET', sizes, key, bytes .. ' ' .. scope)
    redis.call('SET', sum, bytes)
    break
  end
  forget(other)
  all = tonumber(redis.call('GET', sum) or '0')
end
return 1
"""
)

# ARGV: ..., the scope ('' for any), keys. Returns the number of deleted entries.
_DELETE = Script.of(
    _FORGET
    + """
local dropped = 0
for at = 3, #ARGV do
  local key = ARGV[at]
  if ARGV[2] == '' or redis.call('SISMEMBER', head .. 'scope:' .. ARGV[2], key) == 1 then
    dropped = dropped + forget(key)
  end
end
return dropped
"""
)


class RedisStore:
    """A store in Redis. While that is unavailable, nothing is found and nothing is stored."""

    def __init__(self, redis: Redis, max_bytes: int) -> None:
        self._redis = redis
        self._max_bytes = max_bytes
        self._head = f"{redis.prefix}cache:"
        self._keys = [self._head + name for name in ("index", "sizes", "sum")]
        for script in (_PUT, _DELETE):
            redis.register(script)

    async def find(self, key: str, now: float) -> bytes | None:
        """Return the stored answer of `key`, or None if it expired or Redis is unavailable."""
        try:
            value: bytes | None = await self._redis.ask("GET", f"{self._head}answer:{key}")
        except RedisUnavailable:
            return None
        if value is None or _UNTIL.unpack_from(value)[0] <= now:
            return None
        return value[_UNTIL.size :]

    async def put(self, key: str, scope: str, body: bytes, now: float, expires_at: float) -> None:
        """Store an answer until `expires_at` in one atomic script, which evicts others to make room.

        Answers above the size of the whole store are skipped.
        """
        if len(body) > self._max_bytes:
            return
        value = _UNTIL.pack(expires_at) + body
        keep = max(1, round((expires_at - now) * 1000))
        what = (key, scope, value, len(body), keep, expires_at, now, self._max_bytes)
        try:
            await self._redis.run(_PUT, self._keys, self._head, *what)
        except RedisUnavailable:
            # The client logs it; the model answers again the next time.
            return

    async def delete(self, keys: Iterable[str], scope: str | None) -> int:
        """Delete the entries of `keys`, only those of `scope` if it is given, and return their number.

        Raise `ApiError` (503) if Redis is unavailable.
        """
        listed, dropped = list(keys), 0
        try:
            for at in range(0, len(listed), _AT_ONCE):
                some = listed[at : at + _AT_ONCE]
                dropped += int(await self._redis.run(_DELETE, self._keys, self._head, scope or "", *some))
        except RedisUnavailable as unavailable:
            raise _unavailable(unavailable) from None
        return dropped

    async def delete_all(self, scope: str | None) -> int:
        """Delete every entry, or those of `scope`, and return their number.

        Raise `ApiError` (503) if Redis is unavailable.
        """
        try:
            if scope is None:
                keys = await self._redis.ask("ZRANGE", self._keys[0], 0, -1)
            else:
                keys = await self._redis.ask("SMEMBERS", f"{self._head}scope:{scope}")
        except RedisUnavailable as unavailable:
            raise _unavailable(unavailable) from None
        return await self.delete(keys, scope)

    async def size(self) -> tuple[int, int]:
        """Return the number of entries and their total size in bytes.

        Raise `ApiError` (503) if Redis is unavailable.
        """
        try:
            count = await self._redis.ask("ZCARD", self._keys[0])
            held = await self._redis.ask("GET", self._keys[2])
        except RedisUnavailable as unavailable:
            raise _unavailable(unavailable) from None
        return int(count), int(held or 0)


def _unavailable(unavailable: RedisUnavailable) -> ApiError:
    return ApiError(
        503,
        f"The cache cannot be reached: Redis does not serve ({unavailable}). Try again when it is back.",
        code=error_codes.CACHE_UNAVAILABLE,
        retry_after=2.0,
    )
