"""The Redis scripts of rate limits, each executed atomically. Their windows equal those of `window.py`.

A window is a hash: the amount of each step under the step's number, and `t` the total, `o` the step before which there
is nothing, `n` the last step. The calls that run at the same time are a sorted set: each a member, by the second at
which its lease ends.

The clock is that of Redis (`TIME`), so that the clocks of nodes may differ; tests pass another one. If the clock is set
back, counting continues in the last step until the clock is past it, or starts anew if that is further than a window.
"""

from __future__ import annotations

from ..redis.script import Script

__all__ = ["CORRECT", "ENTER", "RENEW"]

_NOW = """
local now
if ARGV[1] == '' then
  local time = redis.call('TIME')
  now = tonumber(time[1]) + tonumber(time[2]) / 1000000
else
  now = tonumber(ARGV[1])
end
"""

# KEYS: one for each limit. ARGV: the clock ('' for Redis' own), the call's member, the seconds of its lease; then for
# each limit: length and grain of its window (0 for concurrent calls), the limit, the amount requested and the amount
# counted. Returns: the number of the first limit that refuses (0: admitted), seconds to wait; then for each limit: its
# usage, the seconds until it is unused, and the step in which the call was counted.
ENTER = Script.of(
    _NOW
    + """
local member, lease = ARGV[2], tonumber(ARGV[3])
local least = 0.001

local function over(window, step)
  return math.max((step + window.length + 1) * window.grain - now, least)
end

local function amounts(window, first, last)
  local steps = {}
  for step = first, last do steps[#steps + 1] = step end
  return steps, redis.call('HMGET', window.key, unpack(steps))
end

local function look(window)
  window.step = math.floor(now / window.grain)
  window.total = 0
  local known = redis.call('HMGET', window.key, 't', 'o', 'n')
  local total, oldest, newest = tonumber(known[1]), tonumber(known[2]), tonumber(known[3])
  if not (total and oldest and newest) then return end
  if newest > window.step + window.length then
    redis.call('DEL', window.key)
    return
  end
  window.step = math.max(window.step, newest)
  local gone = window.step - window.length - 1
  if newest <= gone then
    redis.call('DEL', window.key)
    return
  end
  if oldest <= gone then
    local steps, counted = amounts(window, oldest, gone)
    for at, amount in ipairs(counted) do
      if amount then total = total - tonumber(amount) end
    end
    redis.call('HDEL', window.key, unpack(steps))
    oldest = gone + 1
    redis.call('HSET', window.key, 't', total, 'o', oldest)
  end
  window.total, window.oldest, window.newest = total, oldest, newest
end

local function wait(window, room)
  if window.most <= 0 then return window.length * window.grain end
  local left = window.total
  if room <= 0 and left > 0 then return over(window, window.newest) end
  if left > room then
    local steps, counted = amounts(window, window.oldest, window.newest)
    for at, amount in ipairs(counted) do
      if amount then
        left = left - tonumber(amount)
        if left <= room then return over(window, steps[at]) end
      end
    end
  end
  return left <= room and least or window.length * window.grain
end

local windows, refused, seconds = {}, 0, 0
for at, key in ipairs(KEYS) do
  local from = 3 + (at - 1) * 5
  local window = {
    key = key, length = tonumber(ARGV[from + 1]), grain = tonumber(ARGV[from + 2]), most = tonumber(ARGV[from + 3]),
    asked = tonumber(ARGV[from + 4]), counted = tonumber(ARGV[from + 5])
  }
  windows[at] = window
  if window.length == 0 then
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
    window.total = redis.call('ZCARD', key)
    if refused == 0 and window.total >= window.most then refused, seconds = at, 1 end
  else
    look(window)
    if refused == 0 and window.total + window.asked > window.most then
      refused, seconds = at, wait(window, window.most - window.asked)
    end
  end
end

local answer = {refused, string.format('%.17g', seconds)}
for at, window in ipairs(windows) do
  local reset = 0
  if refused == 0 and window.length == 0 then
    redis.call('ZADD', window.key, now + lease, member)
    redis.call('PEXPIRE', window.key, math.ceil(lease * 1000) + 1000)
  elseif refused == 0 then
    window.total = window.total + window.counted
    redis.call('HINCRBY', window.key, window.step, window.counted)
    if window.newest ~= window.step then
      redis.call('HSET', window.key, 't', window.total, 'o', window.oldest or window.step, 'n', window.step)
      redis.call('PEXPIRE', window.key, (window.length + 2) * window.grain * 1000)
      window.newest = window.step
    else
      redis.call('HSET', window.key, 't', window.total)
    end
  end
  if window.length > 0 and window.total > 0 then reset = over(window, window.newest) end
  answer[#answer + 1] = window.total
  answer[#answer + 1] = string.format('%.17g', reset)
  answer[#answer + 1] = window.step or 0
end
return answer
"""
)

# KEYS: windows and sets. ARGV, two for each: the step and the change of its amount; or '' and the member that left.
CORRECT = Script.of(
    """
for at, key in ipairs(KEYS) do
  local step, what = ARGV[2 * at - 1], ARGV[2 * at]
  if step == '' then
    redis.call('ZREM', key, what)
  else
    local counted = redis.call('HGET', key, step)
    if counted then
      local change = math.max(tonumber(what), -tonumber(counted))
      redis.call('HINCRBY', key, step, change)
      redis.call('HINCRBY', key, 't', change)
    end
  end
end
return 1
"""
)

# KEYS: sets. ARGV: the clock, the seconds of a lease; then for each set a member that still runs.
RENEW = Script.of(
    _NOW
    + """
local lease = tonumber(ARGV[2])
for at, key in ipairs(KEYS) do
  redis.call('ZADD', key, now + lease, ARGV[2 + at])
  redis.call('PEXPIRE', key, math.ceil(lease * 1000) + 1000)
end
return 1
"""
)
