-- The counts of a lane at one moment.
-- KEYS 1 entries (stream)   2 mark (string)   3 totals (hash)   4 dead letters (hash)
-- Result {accepted, processed, replayed, entries, dead letters, mark}; the mark is a string, "" where there is none.
local t = redis.call('HMGET', KEYS[3], 'accepted', 'processed', 'replayed')
return {
  tonumber(t[1] or 0), tonumber(t[2] or 0), tonumber(t[3] or 0),
  redis.call('XLEN', KEYS[1]), redis.call('HLEN', KEYS[4]), redis.call('GET', KEYS[2]) or '',
}
