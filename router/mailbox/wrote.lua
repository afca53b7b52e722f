-- wrote: words that the seeker wrote, each once; sealed where a PIN was chosen, else only that there is one.
--
-- KEYS  1 box, 2 own, 3 pin
-- ARGV  1 ms until own and pin may be dropped   2… name and sealed word ("-" for one that is only counted), in turn
-- result  ok or closed
if redis.call('HGET', KEYS[1], 'closed') then return 'closed' end
for i = 2, #ARGV, 2 do
  if redis.call('HSETNX', KEYS[2], ARGV[i], ARGV[i + 1]) == 0 and ARGV[i + 1] ~= '-' and redis.call('HGET', KEYS[2], ARGV[i]) == '-' then
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[1])
return 'ok'
