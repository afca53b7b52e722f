-- Ends a lease, unless another holds the work by now or what was due has changed.
-- KEYS 1 the partition's due work of this kind (sorted set)   2 case (hash)
-- ARGV 1 case id   2 field of the lease   3 the lease   4 score at which the work comes again, or "" for not at all
--      5 when it comes again, sealed
-- Result 1 settled, 0 nothing done.
if redis.call('HGET', KEYS[2], ARGV[2]) ~= ARGV[3] then return 0 end
if ARGV[4] == '' then
  redis.call('HDEL', KEYS[2], ARGV[2])
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[5])
  redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
end
return 1
