-- recode: the conversation has this code from now on, and the one before no more.
--
-- KEYS  1 box
-- ARGV  1 name of the code's record   2 last day of the code   3 ms until the box may be dropped
-- result  {ok or closed, name of the record that opens nothing any more, or ""}
if redis.call('HGET', KEYS[1], 'closed') then return {'closed', ARGV[1]} end
local before = redis.call('HGET', KEYS[1], 'code') or ''
redis.call('HSET', KEYS[1], 'code', ARGV[1], 'until', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {'ok', before}
