-- Replaces the record of an account if it is still the one that was read.
-- KEYS[1] the record   KEYS[2] the set of all accounts
-- ARGV[1] the record as read, empty where there was none   ARGV[2] the new record   ARGV[3] the account's name in the set
-- Result: 1 done, 0 somebody else was faster.
local now = redis.call('GET', KEYS[1]) or ''
if now ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[3])
return 1
