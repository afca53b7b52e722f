-- Leases one piece of work of one case, unless it or the case has changed since the caller looked.
-- KEYS 1 the partition's due work of this kind (sorted set)   2 case (hash)
-- ARGV 1 case id   2 field of the lease   3 score seen   4 version seen   5 lease seen, or ""
--      6 this lease: until when the work is hidden, sealed
-- Result 1 leased, 0 not.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not score or tonumber(score) ~= tonumber(ARGV[3]) then return 0 end
local now = redis.call('HMGET', KEYS[2], 'v', ARGV[2])
if now[1] ~= ARGV[4] or (now[2] or '') ~= ARGV[5] then return 0 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[6])
return 1
