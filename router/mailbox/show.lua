-- show: what the desk is doing at this moment.
--
-- KEYS  1 doing
-- ARGV  1 waiting, reading or writing   2 ms that it lasts   3 channel of notices   4 the mailbox as notices name it
-- result  ok
if ARGV[1] == 'waiting' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
redis.call('PUBLISH', ARGV[3], ARGV[4] .. ' doing ' .. ARGV[1])
return 'ok'
