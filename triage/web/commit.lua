-- Writes a session unless it was ended a moment ago.
-- KEYS[1]  the session
-- ARGV[1]  its value
-- ARGV[2]  how long it lives, in milliseconds
-- result   1 written, 0 ended
if redis.call('GET', KEYS[1]) == '' then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
