-- answer: where a live connection comes from, once for each, while it is asked for.
--
-- KEYS  1 ask, 2 peers
-- ARGV  1 name of the peer   2 sealed peer   3 the ask as it was read   4 ms that the answers last
-- result  1, or 0 where it is asked for no more
if redis.call('GET', KEYS[1]) ~= ARGV[3] then return 0 end
redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1
