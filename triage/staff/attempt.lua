-- Counts an attempt to sign in as a failure, unless the one before was too short a while ago. Success deletes the key.
-- KEYS[1] the attempts for one login: a hash of n (failures in a row) and at (ms, when the next is possible)
-- ARGV[1] now in ms   ARGV[2] free failures   ARGV[3] longest pause in ms   ARGV[4] ms after which all is forgotten
-- Result: ms to wait; 0 where the attempt may be made now.
local now = tonumber(ARGV[1])
local seen = redis.call('HMGET', KEYS[1], 'n', 'at')
local n, at = tonumber(seen[1] or '0'), tonumber(seen[2] or '0')
if now >= at + tonumber(ARGV[4]) then n = 0 end
if n > 0 and now < at then return at - now end
n = n + 1
local pause = 0
if n > tonumber(ARGV[2]) then
  pause = math.min(1000 * 2 ^ math.min(n - tonumber(ARGV[2]) - 1, 20), tonumber(ARGV[3]))
end
redis.call('HSET', KEYS[1], 'n', n, 'at', now + pause)
redis.call('PEXPIRE', KEYS[1], tonumber(ARGV[3]) + tonumber(ARGV[4]))
return 0
