-- wait: what the page of somebody who waits may say.
--
-- KEYS  1 wait
-- ARGV  1 turn   2 what it may say, sealed   3 ms that it lasts   4 channel of notices   5 the mailbox as notices name it
-- result  ok; old where the turn is not later than the one that is there
local there = redis.call('GET', KEYS[1])
if there and tonumber(string.match(there, '^(%d+) ')) >= tonumber(ARGV[1]) then
  return 'old'
end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[5] .. ' wait ' .. ARGV[2])
return 'ok'
