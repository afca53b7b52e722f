-- Takes, keeps or gives back a lane for one router. Time is the server's, so that no router's clock matters.
-- KEYS 1 owner (hash)
-- ARGV 1 who   2 for how many ms; 0 gives it back
-- Result 1 it was the caller's, 2 it is from now on, 0 another holds it.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local held = redis.call('HMGET', KEYS[1], 'who', 'until')
if held[1] and held[1] ~= ARGV[1] and tonumber(held[2]) > now then return 0 end
if ARGV[2] == '0' then
  if held[1] == ARGV[1] then redis.call('DEL', KEYS[1]) end
else
  redis.call('HSET', KEYS[1], 'who', ARGV[1], 'until', string.format('%.0f', now + ARGV[2]))
end
if held[1] == ARGV[1] then return 1 end
return 2
