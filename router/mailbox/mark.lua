-- mark: everything up to a seq was shown. A mark never goes back, and of what does not exist nothing is stored.
--
-- KEYS  1 box
-- ARGV  1 seq
-- result  ok or closed
if redis.call('HGET', KEYS[1], 'closed') then return 'closed' end
if redis.call('EXISTS', KEYS[1]) == 1 and tonumber(ARGV[1]) > tonumber(redis.call('HGET', KEYS[1], 'read') or '0') then
  redis.call('HSET', KEYS[1], 'read', ARGV[1])
end
return 'ok'
