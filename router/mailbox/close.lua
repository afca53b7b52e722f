-- close: destroy what is in the mailbox and leave a mark that nothing opens any more: neither a ticket, nor a code that is
-- registered late, nor a link.
--
-- KEYS  1 box, 2 mail, 3 doing, 4 feed, 5 own, 6 pin, 7 wait
-- ARGV  1 ms until the mark may be dropped   2 channel of notices   3 the mailbox as notices name it
-- result  the name of the code's record, or ""
local code = redis.call('HGET', KEYS[1], 'code') or ''
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[5], KEYS[6], KEYS[7])
redis.call('HSET', KEYS[1], 'closed', '1')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('PUBLISH', ARGV[2], ARGV[3] .. ' mail ' .. redis.call('INCR', KEYS[4]))
return code
