-- register: a conversation exists from now on, and this is the record of its code. Registering again changes nothing.
--
-- KEYS  1 box
-- ARGV  1 name of the code's record   2 last day of the code   3 ms until the box may be dropped
-- result  ok or closed
if redis.call('HGET', KEYS[1], 'closed') then return 'closed' end
if redis.call('HSETNX', KEYS[1], 'code', ARGV[1]) == 1 then
  redis.call('HSET', KEYS[1], 'until', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 'ok'
