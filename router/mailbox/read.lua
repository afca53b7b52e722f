-- read: entries of a mailbox in the order of their seq.
--
-- KEYS  1 box, 2 mail
-- ARGV  1 seq after which, or "unread": those not marked as shown, and the last one where all are
--       2 how many at most
-- result  {"closed"} or {"ok", sealed, seq, sealed, seq, …}
local after = ARGV[1]
local box = redis.call('HMGET', KEYS[1], 'closed', 'read')
if box[1] then return {'closed'} end
if after == 'unread' then after = box[2] or '0' end
local found = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. after, '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
if #found == 0 and ARGV[1] == 'unread' then
  found = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')
end
local out = {'ok'}
for i = 1, #found do out[i + 1] = found[i] end
return out
