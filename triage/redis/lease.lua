-- Leases one piece of work of one case, unless it or the case has changed since the caller looked.
-- KEYS 1 the partition's due work of this kind (sorted set)   2 case (hash)
-- ARGV 1 case id   2 kind   3 score seen   4 version seen   5 score until which the work is hidden   6 fence of this lease
-- Result 1 leased, 0 not.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) ~= tonumber(ARGV[3]) then return 0 end
if redis.call('HGET', KEYS[2], 'v') ~= ARGV[4] then return 0 end
redis.call('ZADD', KEYS[1], ARGV[5], ARGV[1])
redis.call('HSET', KEYS[2], 'f:' .. ARGV[2], ARGV[6])
return 1
