-- put: append an entry, once for each seq, and tell those who listen.
--
-- KEYS  1 box, 2 mail, 3 feed (how many entries this shard has seen), 4 own, 5 pin
-- ARGV  1 seq   2 sealed entry   3 last day of the code from now on   4 ms until box and mail may be dropped
--       5 channel of notices   6 the mailbox as notices name it
-- result  {"closed"}, or {"ok"} and the name of the code's record where there is one
local box = redis.call('HMGET', KEYS[1], 'closed', 'code')
if box[1] then return {'closed'} end
if redis.call('ZCOUNT', KEYS[2], ARGV[1], ARGV[1]) == 0 then
  redis.call('ZADD', KEYS[2], ARGV[1], ARGV[2])
  redis.call('PUBLISH', ARGV[5], ARGV[6] .. ' mail ' .. redis.call('INCR', KEYS[3]))
end
redis.call('HSET', KEYS[1], 'until', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
for _, key in ipairs({KEYS[2], KEYS[4], KEYS[5]}) do redis.call('PEXPIRE', key, ARGV[4]) end
if box[2] then return {'ok', box[2]} end
return {'ok'}
