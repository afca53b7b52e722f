-- Removes one record of the vault, unless it has changed since the caller read it, and notes the share that has to go too.
-- KEYS 1 record (hash)   2 the partition's broken shares (hash)
-- ARGV 1 version read   2 name of the share
-- Result 1 removed, 0 the record is another by now.
if redis.call('HGET', KEYS[1], 'v') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[2], ARGV[2], '1')
return 1
