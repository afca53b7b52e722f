-- Replaces a record if it is still the one that was read.
-- KEYS[1] the shelf
-- ARGV[1] the record's id   ARGV[2] the record as read, empty where there was none   ARGV[3] the new one
-- Result: 1 done, 0 somebody else was faster.
local now = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if now ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
