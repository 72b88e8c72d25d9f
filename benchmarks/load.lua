-- For wrk: requests from the file named by BENCH_BODIES in turn (none: GET), and the results on one line that a program can read.
local bodies = {}
local file = os.getenv("BENCH_BODIES")
if file then
  for line in io.lines(file) do bodies[#bodies + 1] = line end
end
local at = 0

function request()
  if #bodies == 0 then return wrk.format("GET") end
  at = at % #bodies + 1
  return wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, bodies[at])
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
