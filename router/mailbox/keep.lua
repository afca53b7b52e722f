-- keep: a code's record is kept on, after it was looked for. Where nothing was found something is written all the same, under a
-- name that leads nowhere, so that the time of a write tells nothing either.
--
-- KEYS  1 the record, or one that never was
-- ARGV  1 ms until the record may be dropped   2 ms until what leads nowhere is
-- result  1 kept, 0 there was nothing
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  return 1
end
redis.call('SET', KEYS[1], '', 'PX', ARGV[2])
return 0
