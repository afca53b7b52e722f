-- Puts a case's key, wrapped by another master, in the place of the one that the caller read.
-- KEYS 1 case (hash)
-- ARGV 1 name of the share and wrapped key as read   2 the same, wrapped anew
-- Result 1 put, 0 it is another by now.
if redis.call('HGET', KEYS[1], 'k') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'k', ARGV[2])
return 1
