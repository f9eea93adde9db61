-- SPDX-License-Identifier: GPL-2.0-only
--
-- same.lua - escape() of the dissector against what tests/dissector/escapes wrote:
--
--   tshark -X lua_script:same.lua -X lua_script1:ism.lua -X lua_script1:ESCAPES ...
--
-- prints how many strings there were, and those that differ, up to ten, and ends.

local dissector, escapes = ...
local source = assert(io.open(dissector, "rb")):read("*a")
local from = assert(source:find("-- escape: begin\n", 1, true))
local to = assert(source:find("-- escape: end\n", 1, true))
local escape = assert((loadstring or load)(source:sub(from, to - 1) .. "\nreturn escape"))()
local count, differ = 0, 0

for text, wanted in assert(io.open(escapes, "rb")):read("*a"):gmatch("(%Z*)%z(%Z*)%z") do
	local found = escape(text)

	count = count + 1
	if found ~= wanted then
		differ = differ + 1
		if differ <= 10 then
			print(string.format("%q: found %q, wanted %q", text, found, wanted))
		end
	end
end
print(count .. " strings, " .. differ .. " differ")
os.exit(differ == 0)
