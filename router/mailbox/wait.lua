-- wait: what the page of somebody who waits may say.
--
-- KEYS  1 wait
-- ARGV  1 turn   2 band   3 care   4 ms that it lasts   5 channel of notices   6 the mailbox as notices name it
-- result  ok; old where the turn is not later than the one that is there
local there = redis.call('GET', KEYS[1])
if there and tonumber(string.match(there, '^(%d+) ')) >= tonumber(ARGV[1]) then
  return 'old'
end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. ARGV[3], 'PX', ARGV[4])
redis.call('PUBLISH', ARGV[5], ARGV[6] .. ' wait ' .. ARGV[2] .. '/' .. ARGV[3])
return 'ok'
