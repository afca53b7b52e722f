-- Ends entries that were processed. Doing it again does nothing.
-- KEYS 1 owner (hash)   2 entries (stream)   3 totals (hash)
-- ARGV 1 who   2 group   3… entry ids, at most 1,000
-- Result how many were ended by this call; false when the lane is not the caller's.
if redis.call('HGET', KEYS[1], 'who') ~= ARGV[1] then return false end
redis.call('XACK', KEYS[2], ARGV[2], unpack(ARGV, 3))
local n = redis.call('XDEL', KEYS[2], unpack(ARGV, 3))
if n > 0 then redis.call('HINCRBY', KEYS[3], 'processed', n) end
return n
