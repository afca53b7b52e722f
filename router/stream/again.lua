-- Counts one more delivery of an entry that was delivered before, ahead of it, so that a crash is counted as well.
-- KEYS 1 owner (hash)   2 entries (stream)
-- ARGV 1 who   2 group   3 entry id   4 1, or -1 for a delivery that shall not count
-- Result how often it was delivered, this time included; 0 when it waits no more; false when the lane is not the caller's.
if redis.call('HGET', KEYS[1], 'who') ~= ARGV[1] then return false end
local found = redis.call('XPENDING', KEYS[2], ARGV[2], ARGV[3], ARGV[3], 1)
if not found or not found[1] then return 0 end
local count = found[1][4] + ARGV[4]
redis.call('XCLAIM', KEYS[2], ARGV[2], ARGV[2], 0, ARGV[3], 'RETRYCOUNT', string.format('%d', count), 'JUSTID')
return count
