-- Rounds one case's scores to the day, where a version before wrote them finer.
-- KEYS the sorted sets that may hold the case: due work, and indexes
-- ARGV 1 case id
-- Result how many were rounded.
local changed = 0
for _, key in ipairs(KEYS) do
  local was = tonumber(redis.call('ZSCORE', key, ARGV[1]) or '0')
  local is = was
  if string.find(key, ':due:', 1, true) then
    is = was - was % 86400000 -- ms: the day's first
  elseif was ~= 0 and was % 2 ^ 42 ~= 2 ^ 42 - 1 then
    is = was + 1439 - was % 2 ^ 42 % 1440 -- severity and minute: the day's last
  end
  if is ~= was then
    redis.call('ZADD', key, string.format('%.0f', is), ARGV[1])
    changed = changed + 1
  end
end
return changed
