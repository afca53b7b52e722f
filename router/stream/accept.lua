-- Takes a batch of a lane: all of it, in order, or nothing. A message whose digest is known is left out; the mark passes it.
-- KEYS 1 entries (stream)   2 mark (string)   3 totals (hash)   4… one key a message that remembers its digest
-- ARGV 1 the mark that the sender expects   2 the mark afterwards   3 when digests are forgotten (Unix s)
--      4 the field of totals that also counts new messages ("replayed"), or ""   5… number and record of each message
-- Result {1, new messages} when taken; {0, mark} when the mark is another. An error means that nothing was taken.
local mark = redis.call('GET', KEYS[2]) or '0'
if mark ~= ARGV[1] then return {0, mark} end
-- A key of another type must be found before anything is written, because a script does not undo.
local function must(key, kind)
  local t = redis.call('TYPE', key)
  t = t.ok or t
  return t == 'none' or t == kind
end
if not must(KEYS[1], 'stream') or not must(KEYS[3], 'hash') then
  return redis.error_reply('WRONGTYPE a key of the lane holds something else')
end
local new = 0
for i = 4, #KEYS do
  local seq, record = ARGV[2 * i - 3], ARGV[2 * i - 2]
  if redis.call('SET', KEYS[i], '', 'NX', 'EXAT', ARGV[3]) then
    -- An id of our own, because one by the clock would say in every dump when a child wrote.
    local added = redis.pcall('XADD', KEYS[1], seq .. '-0', 'b', record)
    if type(added) == 'table' and added.err then
      -- Somebody set the mark back beneath entries that the stream still knows: behind them, with the number beside it.
      local top
      local info = redis.call('XINFO', 'STREAM', KEYS[1])
      for j = 1, #info - 1, 2 do
        if info[j] == 'last-generated-id' then top = info[j + 1] end
      end
      local a, b = string.match(top or '', '^(%d+)-(%d+)$')
      redis.call('XADD', KEYS[1], a .. '-' .. string.format('%.0f', b + 1), 's', seq, 'b', record)
    end
    new = new + 1
  end
end
redis.call('HINCRBY', KEYS[3], 'accepted', new)
if ARGV[4] ~= '' then redis.call('HINCRBY', KEYS[3], ARGV[4], new) end
redis.call('SET', KEYS[2], ARGV[2])
return {1, new}
