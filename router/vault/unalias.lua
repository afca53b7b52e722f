-- Removes an alias, unless it is another by now than the caller read.
-- KEYS 1 alias (string)
-- ARGV 1 the alias as read
-- Result 1 removed, or gone already, 0 it is another by now.
local now = redis.call('GET', KEYS[1])
if now and now ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
