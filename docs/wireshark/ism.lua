-- SPDX-License-Identifier: GPL-2.0-only
--
-- ism.lua - shows ismtrace captures in Wireshark and tshark.
--
--   tshark -X lua_script:ism.lua -r trace.pcapng.gz
--
-- or copy it to the personal Lua plugins folder (Help, About, Folders); the package
-- ismtrace-wireshark has it where it is found.  As root Wireshark may leave Lua scripts out,
-- see run_user_scripts_when_superuser in its init.lua.  The
-- layout of a record is in docs/capture-format.md.  Of the rules it applies
-- those that one record alone decides; ismtrace check applies all.

-- escape: begin

-- Code points that are not to be shown as they are, first and last in turn: the
-- table of user/util/utf8.c, which says why these.  tests/dissector.bats holds the two
-- against each other.
local HIDING = {
	0x0000, 0x001f, 0x007f, 0x009f, 0x00ad, 0x00ad, 0x034f, 0x034f, 0x061c, 0x061c,
	0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180f, 0x200b, 0x200f, 0x2028, 0x202e,
	0x2060, 0x206f, 0x3164, 0x3164, 0xfe00, 0xfe0f, 0xfeff, 0xfeff, 0xffa0, 0xffa0,
	0xfff0, 0xfffb, 0x1bca0, 0x1bca3, 0x1d173, 0x1d17a, 0xe0000, 0xe0fff,
}

local function hides(point)
	for i = 1, #HIDING, 2 do
		if point <= HIDING[i + 1] then
			return point >= HIDING[i]
		end
	end
	return false
end

-- Length and code point of the sequence at i; nil if it is no UTF-8.
local function decode(text, i)
	local c, n, point, least = text:byte(i), nil, nil, nil

	if c < 0x80 then
		return 1, c
	elseif c >= 0xc2 and c <= 0xdf then
		n, point, least = 2, c - 0xc0, 0x80
	elseif c >= 0xe0 and c <= 0xef then
		n, point, least = 3, c - 0xe0, 0x800
	elseif c >= 0xf0 and c <= 0xf4 then
		n, point, least = 4, c - 0xf0, 0x10000
	else
		return nil
	end
	for at = i + 1, i + n - 1 do
		c = text:byte(at)
		if not c or c < 0x80 or c > 0xbf then
			return nil
		end
		point = point * 64 + c - 0x80
	end
	if point < least or point > 0x10ffff or (point >= 0xd800 and point <= 0xdfff) then
		return nil
	end
	return n, point
end

-- A string of the traced machine, where any task puts any bytes into its name: what
-- is hidden or no UTF-8 becomes \xNN, and a backslash \x5c, so that it is not taken
-- for one.  Columns and the values of fields reach a terminal as they are.
local function escape(text)
	local out, i = {}, 1

	if not text:find("[^ -%[%]-~]") then
		return text
	end
	while i <= #text do
		local n, point = decode(text, i)
		local part = text:sub(i, i + (n or 1) - 1)

		if not n or point == 0x5c or hides(point) then
			part = part:gsub(".", function(c) return string.format("\\x%02x", c:byte()) end)
		end
		out[#out + 1] = part
		i = i + (n or 1)
	end
	return table.concat(out)
end

-- escape: end

local ism = Proto("ism", "ISM access (ismtrace)")

local ACCESS, INSN = 1, 2
local KIND = {
	[0] = "PCILG", "PCISTG", "PCISTB", "PCILGI", "PCISTGI", "PCISTBI",
}
local OP = { [0] = "read", "write" }
local LAYER = { "ism-vfio-pci", "vfio-pci core" }
local TYPE = { "access", "instruction" }
local CC = { [0] = "exception", "error", "busy", "no such function" }
local COMMAND = {
	[0x1] = "register SBA", [0x2] = "register IEQ", [0x3] = "read GID",
	[0x4] = "add VLAN ID", [0x5] = "delete VLAN ID", [0x6] = "set VLAN",
	[0x7] = "reset VLAN", [0x8] = "query info", [0x9] = "query remote GID",
	[0xa] = "register DMB", [0xb] = "unregister DMB", [0xe] = "signal IEQ",
	[0x11] = "unregister SBA", [0x12] = "unregister IEQ",
}

local f = {
	version = ProtoField.uint8("ism.version", "Version"),
	type = ProtoField.uint8("ism.type", "Record", base.DEC, TYPE),
	begin = ProtoField.uint64("ism.begin", "Begin (CLOCK_MONOTONIC, ns)"),
	cpu = ProtoField.uint32("ism.cpu", "CPU"),
	pid = ProtoField.uint32("ism.pid", "Process"),
	tid = ProtoField.uint32("ism.tid", "Thread"),
	comm = ProtoField.string("ism.comm", "Name of the task"),
	fid = ProtoField.uint32("ism.fid", "Function ID", base.HEX),
	fh = ProtoField.uint32("ism.fh", "Function handle", base.HEX),
	op = ProtoField.uint8("ism.op", "Operation", base.DEC, OP),
	layer = ProtoField.uint8("ism.layer", "Entered through", base.DEC, LAYER),
	driver = ProtoField.string("ism.driver", "Driver"),
	region = ProtoField.uint32("ism.region", "Region"),
	offset = ProtoField.uint64("ism.offset", "Offset", base.HEX),
	len = ProtoField.uint64("ism.len", "Length"),
	ret = ProtoField.int64("ism.ret", "Result"),
	latency = ProtoField.uint64("ism.latency", "Latency (ns)"),
	insn = ProtoField.uint64("ism.insn", "Instructions"),
	pcilg = ProtoField.uint32("ism.insn.pcilg", "PCILG"),
	pcistg = ProtoField.uint32("ism.insn.pcistg", "PCISTG"),
	pcistb = ProtoField.uint32("ism.insn.pcistb", "PCISTB"),
	mio = ProtoField.uint64("ism.insn.mio", "MIO"),
	failed = ProtoField.uint32("ism.insn.failed", "Failed"),
	busy = ProtoField.uint32("ism.insn.busy", "Found busy"),
	min = ProtoField.uint32("ism.insn.min", "Shortest"),
	max = ProtoField.uint32("ism.insn.max", "Longest"),
	bytes = ProtoField.uint64("ism.insn.bytes", "Bytes moved"),
	kind = ProtoField.uint8("ism.kind", "Instruction", base.DEC, KIND),
	space = ProtoField.uint8("ism.space", "Address space"),
	rc = ProtoField.int32("ism.rc", "Result"),
	error = ProtoField.string("ism.error", "Error"),
	cc = ProtoField.uint8("ism.error.cc", "Condition code", base.DEC, CC),
	status = ProtoField.uint8("ism.error.status", "Status"),
	error_space = ProtoField.uint8("ism.error.space", "Address space"),
	error_offset = ProtoField.uint64("ism.error.offset", "Offset", base.HEX),
	error_len = ProtoField.uint16("ism.error.len", "Length"),
	payload = ProtoField.bytes("ism.payload", "Payload"),
	command = ProtoField.uint32("ism.command", "Command", base.HEX, COMMAND),
	command_ret = ProtoField.uint16("ism.command.ret", "Return code", base.HEX),
	command_len = ProtoField.uint16("ism.command.len", "Command length"),
}
ism.fields = f

-- What add_name() puts in front.
local LABEL = { [f.comm] = "Name of the task", [f.driver] = "Driver" }

local function rule(id, text, severity)
	return ProtoExpert.new("ism." .. id:lower(), id .. " " .. text, expert.group.PROTOCOL, severity)
end

local e = {
	ISM001 = rule("ISM001", "fragmented-store", expert.severity.ERROR),
	ISM002 = rule("ISM002", "oversized-store", expert.severity.ERROR),
	ISM003 = rule("ISM003", "boundary-crossing", expert.severity.ERROR),
	ISM005 = rule("ISM005", "narrow-access", expert.severity.NOTE),
	ISM006 = rule("ISM006", "misaligned-store", expert.severity.WARN),
	ISM007 = rule("ISM007", "mio-instruction", expert.severity.ERROR),
	ISM008 = rule("ISM008", "instruction-error", expert.severity.ERROR),
	ISM009 = rule("ISM009", "short-access", expert.severity.WARN),
	ISM010 = rule("ISM010", "failed-access", expert.severity.ERROR),
	ISM011 = rule("ISM011", "silent-loss", expert.severity.ERROR),
	malformed = ProtoExpert.new("ism.malformed", "not an ismtrace record",
		expert.group.MALFORMED, expert.severity.ERROR),
}
ism.experts = { e.ISM001, e.ISM002, e.ISM003, e.ISM005, e.ISM006, e.ISM007, e.ISM008, e.ISM009, e.ISM010,
	e.ISM011, e.malformed }

local REGION = { [6] = "rom", [7] = "config", [8] = "vga" }

local function region_name(index)
	return index < 6 and "bar" .. index or REGION[index] or "dev" .. index
end

-- What names have been made of bytes; there are few in a capture, or it is a bad one.
local names, nr_names = {}, 0

-- Bytes up to the first 0, or all of them: nothing behind the range is looked at.
local function add_name(tree, field, range)
	local bytes = range:raw()
	local name = names[bytes]

	if not name then
		name = escape(bytes:match("^%Z*"))
		if nr_names == 1000 then
			names, nr_names = {}, 0
		end
		names[bytes], nr_names = name, nr_names + 1
	end
	local item = tree:add(field, range, name)
	-- Wireshark would double the backslashes of a label.
	if name:find("\\", 1, true) then
		item:set_text(LABEL[field] .. ": " .. name)
	end
	return name
end

local ZERO, BLOCK = UInt64(0), UInt64(4096)

-- As dump shows it, without leading zeros.
local function hex(value)
	return "0x" .. value:tohex():gsub("^0+(%x)", "%1")
end

local function add_error(tree, range)
	local flags = range(0, 1):uint()

	if flags == 0 then
		return nil
	end
	local text = KIND[range(1, 1):uint()] or "?"
	if bit.band(flags, 2) ~= 0 then
		text = string.format("%s: cc %d, status %d", text, range(3, 1):uint(), range(4, 1):uint())
	else
		text = string.format("%s: rc %d", text, range(2, 1):int())
	end
	local sub = tree:add(f.error, range, text)
	if bit.band(flags, 2) ~= 0 then
		sub:add(f.cc, range(3, 1))
		sub:add(f.status, range(4, 1))
	end
	sub:add(f.error_space, range(5, 1))
	sub:add(f.error_offset, range(8, 8))
	sub:add(f.error_len, range(6, 2))
	return text
end

local function add_command(tree, region, offset, op, payload)
	if region ~= 2 or offset ~= ZERO or payload:len() < 8 then
		return
	end
	tree:add(f.command, payload(0, 4))
	if op == 0 then
		tree:add(f.command_ret, payload(4, 2))
	end
	tree:add(f.command_len, payload(6, 2))
end

-- Was an instruction used that is narrower than what was asked for?
local function used_narrow(buf, len)
	for i = 0, 2 do
		if buf(136 + 4 * i, 4):uint() > 0 and len > UInt64(2 ^ i) then
			return true
		end
	end
	return false
end

-- The error is of a PCISTB that ended with an exception: condition code 0, or else -ENXIO.
local function block_raised(range)
	local flags = range(0, 1):uint()

	if range(1, 1):uint() ~= 2 then
		return false
	end
	if bit.band(flags, 2) ~= 0 then
		return range(3, 1):uint() == 0
	end
	return bit.band(flags, 1) ~= 0 and range(2, 1):int() == -6
end

-- All that one record decides: not ISM004, which takes several.
local function add_rules(tree, buf, r)
	local bar_write = r.op == 1 and r.region < 6 and r.len > ZERO
	local stores = r.pcistg + r.pcistb + r.mio_stores
	local long = bar_write and r.len > BLOCK
	-- A number of Lua's is exact enough for one that is not longer.
	local across = bar_write and (long or r.offset_in_block + r.len:tonumber() > 4096)
	local misaligned = bar_write and not long and not across and r.failed > 0 and
		(r.offset_in_block % 8 ~= 0 or r.len:lower() % 8 ~= 0) and block_raised(buf(200, 16))

	local function say(id, fires)
		if fires then
			tree:add_proto_expert_info(e[id])
		end
	end

	say("ISM001", bar_write and (stores > 1 or (stores == 1 and r.pcistb == 0)))
	say("ISM002", long)
	say("ISM003", across)
	say("ISM005", r.region < 6 and used_narrow(buf, r.len))
	say("ISM006", misaligned)
	say("ISM007", r.mio > 0)
	say("ISM008", r.failed > 0)
	say("ISM009", r.done and r.done < r.len)
	say("ISM010", not r.done and not (long or across or misaligned or r.failed > 0))
	say("ISM011", r.done and r.failed > 0 and r.len > ZERO)
end

-- Numbers of 64 bits stay what they are: Lua's own have 53 of them, and %d of one
-- above 2^63 is an error.
local function dissect_access(buf, pinfo, tree, header)
	local r = {
		op = buf(48, 1):uint(), region = buf(52, 4):uint(), len = buf(64, 8):uint64(),
		-- Bytes that were moved; nil: an error was returned.
		done = buf(72, 1):uint() < 0x80 and buf(72, 8):uint64() or nil,
		pcilg = buf(88, 4):uint(), pcistg = buf(92, 4):uint(), pcistb = buf(96, 4):uint(),
		mio_stores = buf(104, 4):uint() + buf(108, 4):uint(), failed = buf(112, 4):uint(),
		offset = buf(56, 8):uint64(), offset_in_block = buf(62, 2):uint() % 4096,
	}
	r.mio = buf(100, 4):uint() + r.mio_stores
	r.insn = r.pcilg + r.pcistg + r.pcistb + r.mio

	tree:add(f.op, buf(48, 1))
	tree:add(f.layer, buf(49, 1))
	add_name(tree, f.driver, buf(216, 32))
	tree:add(f.region, buf(52, 4)):append_text(" (" .. region_name(r.region) .. ")")
	tree:add(f.offset, buf(56, 8))
	tree:add(f.len, buf(64, 8))
	tree:add(f.ret, buf(72, 8))
	tree:add(f.latency, buf(80, 8))
	local insn = tree:add(f.insn, buf(88, 24), UInt64(r.insn))
	insn:add(f.pcilg, buf(88, 4))
	insn:add(f.pcistg, buf(92, 4))
	insn:add(f.pcistb, buf(96, 4))
	insn:add(f.mio, buf(100, 12), UInt64(r.mio))
	insn:add(f.failed, buf(112, 4))
	insn:add(f.busy, buf(116, 4))
	insn:add(f.min, buf(120, 4))
	insn:add(f.max, buf(124, 4))
	insn:add(f.bytes, buf(128, 8))
	local err = add_error(tree, buf(200, 16))
	add_rules(tree, buf, r)
	if buf:len() > header then
		tree:add(f.payload, buf(header))
		add_command(tree, r.region, r.offset, r.op, buf(header):tvb())
	end

	pinfo.cols.info = string.format("%s %s+%s len=%s ret=%s %s%s", OP[r.op] or "?",
		region_name(r.region), hex(r.offset), tostring(r.len), tostring(buf(72, 8):int64()),
		r.insn == 0 and "no instruction" or
		string.format("pcilg=%d pcistg=%d pcistb=%d", r.pcilg, r.pcistg, r.pcistb),
		err and " " .. err or "")
end

local function dissect_insn(buf, pinfo, tree)
	tree:add(f.kind, buf(48, 1))
	tree:add(f.space, buf(49, 1))
	tree:add(f.len, buf(52, 4), buf(52, 4):uint64())
	tree:add(f.rc, buf(56, 4))
	tree:add(f.offset, buf(64, 8))
	tree:add(f.latency, buf(72, 8))
	local err = add_error(tree, buf(80, 16))
	pinfo.cols.info = string.format("%s space %d len=%d rc=%d%s", KIND[buf(48, 1):uint()] or "?",
		buf(49, 1):uint(), buf(52, 4):uint(), buf(56, 4):int(), err and " " .. err or "")
end

function ism.dissector(buf, pinfo, root)
	pinfo.cols.protocol = "ISM"
	local tree = root:add(ism, buf())
	local header = buf:len() >= 48 and buf(2, 2):uint() or 0
	local kind = buf:len() >= 48 and buf(1, 1):uint() or 0
	local least = ({ [ACCESS] = 248, [INSN] = 96 })[kind] or 48

	if buf:len() < 48 or buf(0, 1):uint() ~= 1 or header < least or header > buf:len() then
		tree:add_proto_expert_info(e.malformed)
		pinfo.cols.info = "not an ismtrace record"
		return 0
	end
	tree:add(f.version, buf(0, 1))
	tree:add(f.type, buf(1, 1))
	tree:add(f.cpu, buf(4, 4))
	tree:add(f.begin, buf(8, 8))
	tree:add(f.pid, buf(16, 4))
	tree:add(f.tid, buf(20, 4))
	local comm = add_name(tree, f.comm, buf(24, 16))
	tree:add(f.fid, buf(40, 4))
	tree:add(f.fh, buf(44, 4))
	pinfo.cols.src = string.format("%s[%d]", comm, buf(16, 4):uint())
	if kind == ACCESS then
		dissect_access(buf, pinfo, tree, header)
	elseif kind == INSN then
		dissect_insn(buf, pinfo, tree)
	end
	return buf:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER3, ism)
