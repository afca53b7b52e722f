-- choose: a PIN opens what the seeker writes from now on.
--
-- KEYS  1 box, 2 own, 3 pin
-- ARGV  1 salt   2 lock: the seed of the words' keys, sealed   3 public key   4 the lock before, or ""
--       5 ms until own and pin may be dropped
-- result  ok, closed, unwritten, or stale where somebody else was faster
if redis.call('HGET', KEYS[1], 'closed') then return 'closed' end
if redis.call('EXISTS', KEYS[2]) == 0 then return 'unwritten' end
if (redis.call('HGET', KEYS[3], 'lock') or '') ~= ARGV[4] then return 'stale' end
redis.call('HSET', KEYS[3], 'salt', ARGV[1], 'lock', ARGV[2], 'public', ARGV[3])
redis.call('HDEL', KEYS[3], 'tries', 'after')
redis.call('PEXPIRE', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return 'ok'
