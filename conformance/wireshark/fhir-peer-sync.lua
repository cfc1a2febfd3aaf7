-- Wireshark dissector of the FHIR Peer Sync Protocol, version 1: frames, message types, and fields by
-- name. Sealed frames are shown as sealed, unless the capture comes from the conformance kit, which
-- writes what it opened as packet comments (`peersync-opened SIDE NUMBER PART/PARTS HEX`).
--
-- Use: wireshark -X lua_script:fhir-peer-sync.lua capture.pcapng, or put it into the folder of
-- personal plugins (Help, About, Folders). Bound to TCP port 7340; others by "Decode As".
-- A small reader of protobuf stands below, so that nothing has to be configured.

-- names: begin (made from the schema; a test keeps it current)
local types = {
  [1] = "Initiate",
  [2] = "Accept",
  [3] = "Reject",
  [4] = "Confirm",
  [16] = "Identity",
  [17] = "Request",
  [18] = "Offer",
  [19] = "Payload",
  [20] = "Ack",
  [21] = "Complete",
  [22] = "Receipt",
  [30] = "KeepAlive",
  [31] = "Abort",
}
local enums = {
  ChangeType = {
    [0] = "UNSPECIFIED",
    [1] = "INSERT",
    [2] = "UPDATE",
    [3] = "DELETE",
  },
  CursorDisposition = {
    [0] = "UNSPECIFIED",
    [1] = "FRESH",
    [2] = "RESUMED",
    [3] = "STARTING_OVER",
  },
  ErrorCode = {
    [0] = "UNSPECIFIED",
    [1] = "INTERNAL",
    [2] = "PROTOCOL_VIOLATION",
    [3] = "MALFORMED_FRAME",
    [4] = "FRAME_TOO_LARGE",
    [5] = "MALFORMED_MESSAGE",
    [6] = "UNEXPECTED_MESSAGE",
    [7] = "VERSION_UNSUPPORTED",
    [8] = "CAPABILITY_UNSUPPORTED",
    [9] = "SUITE_UNSUPPORTED",
    [10] = "FHIR_RELEASE_MISMATCH",
    [11] = "SERVER_MISMATCH",
    [12] = "BUSY",
    [13] = "AUTH_FAILED",
    [14] = "CODE_EXPIRED",
    [15] = "TIMEOUT",
    [16] = "CANCELLED",
    [17] = "DECLINED",
    [18] = "SELECTION_UNSUPPORTED",
    [19] = "SELECTION_REFUSED",
    [20] = "WINDOW_EXCEEDED",
    [21] = "ACK_INVALID",
    [22] = "SEQUENCE_INVALID",
    [23] = "LIMIT_EXCEEDED",
    [24] = "DECOMPRESSION_FAILED",
    [25] = "COUNT_MISMATCH",
    [26] = "STORAGE_FAILED",
    [27] = "RECORD_LIMIT",
    [28] = "SAME_REPLICA",
    [64] = "ENTRY_INVALID",
    [65] = "ENTRY_JSON_INVALID",
    [66] = "ENTRY_KEY_FORBIDDEN",
    [67] = "ENTRY_ID_INVALID",
    [68] = "ENTRY_IDENTITY_MISMATCH",
    [69] = "ENTRY_CHANGES_INVALID",
    [70] = "ENTRY_PATCH_INVALID",
    [71] = "ENTRY_CHANGES_MISMATCH",
    [72] = "ENTRY_LIMIT_EXCEEDED",
  },
  FhirRelease = {
    [0] = "UNSPECIFIED",
    [1] = "R4",
    [2] = "R4B",
    [3] = "R5",
  },
  Outcome = {
    [0] = "UNSPECIFIED",
    [1] = "STORED",
    [2] = "DUPLICATE",
    [3] = "FAST_FORWARDED",
    [4] = "STALE",
    [5] = "REBASED",
    [6] = "CONFLICT_THEIRS",
    [7] = "CONFLICT_OURS",
    [8] = "CONFLICT_MERGED",
    [9] = "CONFLICT_DEFERRED",
    [10] = "REFUSED",
  },
  PakeSuite = {
    [0] = "UNSPECIFIED",
    [1] = "CPACE_RISTR255_SHA512",
  },
  PayloadEncoding = {
    [0] = "UNSPECIFIED",
    [1] = "IDENTITY",
    [2] = "DEFLATE",
  },
  RetryClass = {
    [0] = "UNSPECIFIED",
    [1] = "NOW",
    [2] = "LATER",
    [3] = "AFTER_UPGRADE",
    [4] = "NEVER",
  },
  SecretKind = {
    [0] = "UNSPECIFIED",
    [1] = "DIGITS",
    [2] = "QR",
  },
  SelectionMode = {
    [0] = "UNSPECIFIED",
    [1] = "FULL",
    [2] = "CURSOR",
    [3] = "LAST_UPDATED",
  },
  WithheldReason = {
    [0] = "UNSPECIFIED",
    [1] = "POLICY",
    [2] = "TOO_LARGE",
  },
}
local messages = {
  Abort = {
    [1] = { name = "code", of = "ErrorCode" },
    [2] = { name = "retry", of = "RetryClass" },
    [3] = { name = "detail", of = "text" },
    [4] = { name = "through_sequence", of = "uint64" },
  },
  Accept = {
    [1] = { name = "version", of = "uint32" },
    [2] = { name = "session_nonce", of = "bytes" },
    [3] = { name = "secret_kind", of = "SecretKind" },
    [4] = { name = "pake_share", of = "bytes" },
    [5] = { name = "limits", of = "Limits" },
    [6] = { name = "capabilities", of = "Capability" },
  },
  Ack = {
    [1] = { name = "through_sequence", of = "uint64" },
    [2] = { name = "outcomes", of = "EntryOutcome" },
    [3] = { name = "window", of = "Window" },
  },
  Batch = {
    [1] = { name = "entries", of = "SyncPayload" },
  },
  Capability = {
    [1] = { name = "id", of = "uint32" },
    [2] = { name = "critical", of = "bool" },
    [3] = { name = "value", of = "bytes" },
  },
  ChangeId = {
    [1] = { name = "replica_id", of = "bytes" },
    [2] = { name = "counter", of = "uint64" },
  },
  Complete = {
    [1] = { name = "payloads", of = "uint64" },
    [2] = { name = "entries", of = "TypeCount" },
    [3] = { name = "withheld", of = "WithheldCount" },
    [4] = { name = "cursor", of = "bytes" },
  },
  Confirm = {
    [1] = { name = "tag", of = "bytes" },
  },
  EntryOutcome = {
    [1] = { name = "sequence", of = "uint64" },
    [2] = { name = "entry_index", of = "uint32" },
    [3] = { name = "outcome", of = "Outcome" },
    [4] = { name = "code", of = "ErrorCode" },
  },
  Identity = {
    [1] = { name = "replica_id", of = "bytes" },
    [2] = { name = "display_name", of = "text" },
    [3] = { name = "server_url", of = "text" },
  },
  Initiate = {
    [1] = { name = "versions", of = "uint32" },
    [2] = { name = "session_nonce", of = "bytes" },
    [3] = { name = "pake_suite", of = "PakeSuite" },
    [4] = { name = "pake_shares", of = "PakeShare" },
    [5] = { name = "server_digest", of = "bytes" },
    [6] = { name = "fhir_release", of = "FhirRelease" },
    [7] = { name = "limits", of = "Limits" },
    [8] = { name = "capabilities", of = "Capability" },
  },
  KeepAlive = {
  },
  Limits = {
    [1] = { name = "max_frame_octets", of = "uint32" },
    [2] = { name = "max_batch_octets", of = "uint32" },
    [3] = { name = "max_batch_entries", of = "uint32" },
  },
  LocalChange = {
    [1] = { name = "id", of = "ChangeId" },
    [2] = { name = "type", of = "ChangeType" },
    [3] = { name = "payload", of = "text" },
    [4] = { name = "base_version_id", of = "text" },
    [5] = { name = "recorded_at", of = "text" },
  },
  Offer = {
    [1] = { name = "totals", of = "TypeCount" },
    [2] = { name = "indeterminate", of = "bool" },
    [3] = { name = "withheld", of = "WithheldCount" },
    [4] = { name = "cursor_disposition", of = "CursorDisposition" },
  },
  OutcomeCount = {
    [1] = { name = "resource_type", of = "text" },
    [2] = { name = "outcome", of = "Outcome" },
    [3] = { name = "entries", of = "uint64" },
  },
  PakeShare = {
    [1] = { name = "secret_kind", of = "SecretKind" },
    [2] = { name = "share", of = "bytes" },
  },
  Payload = {
    [1] = { name = "sequence", of = "uint64" },
    [2] = { name = "encoding", of = "PayloadEncoding" },
    [3] = { name = "uncompressed_octets", of = "uint32" },
    [4] = { name = "batch", of = "Batch" },
    [5] = { name = "cursor", of = "bytes" },
    [6] = { name = "padding", of = "bytes" },
  },
  Receipt = {
    [1] = { name = "counts", of = "OutcomeCount" },
  },
  Reject = {
    [1] = { name = "code", of = "ErrorCode" },
    [2] = { name = "versions", of = "uint32" },
    [3] = { name = "retry", of = "RetryClass" },
  },
  Request = {
    [1] = { name = "replica_id", of = "bytes" },
    [2] = { name = "display_name", of = "text" },
    [3] = { name = "server_url", of = "text" },
    [4] = { name = "params", of = "ResourceSyncParams" },
    [5] = { name = "mode", of = "SelectionMode" },
    [6] = { name = "cursor", of = "bytes" },
    [7] = { name = "window", of = "Window" },
  },
  ResourceSyncParams = {
    [1] = { name = "types", of = "TypeParams" },
  },
  SearchParameter = {
    [1] = { name = "name", of = "text" },
    [2] = { name = "value", of = "text" },
  },
  ServerVersion = {
    [1] = { name = "version_id", of = "text" },
    [2] = { name = "last_updated", of = "text" },
  },
  SyncPayload = {
    [1] = { name = "resource_type", of = "text" },
    [2] = { name = "resource_id", of = "text" },
    [3] = { name = "resource", of = "text" },
    [4] = { name = "base", of = "ServerVersion" },
    [5] = { name = "changes", of = "LocalChange" },
    [6] = { name = "absorbed", of = "ChangeId" },
  },
  TypeCount = {
    [1] = { name = "resource_type", of = "text" },
    [2] = { name = "entries", of = "uint64" },
  },
  TypeParams = {
    [1] = { name = "resource_type", of = "text" },
    [2] = { name = "parameters", of = "SearchParameter" },
    [3] = { name = "last_updated", of = "text" },
  },
  Window = {
    [1] = { name = "max_unacked_payloads", of = "uint32" },
    [2] = { name = "max_unacked_octets", of = "uint64" },
  },
  WithheldCount = {
    [1] = { name = "resource_type", of = "text" },
    [2] = { name = "reason", of = "WithheldReason" },
    [3] = { name = "entries", of = "uint64" },
  },
}
-- names: end

local psp = Proto("peersync", "FHIR Peer Sync Protocol")
local default_port = 7340
local header_octets = 4
local tag_octets = 16
-- Cuts the line: a declared length beyond this is another protocol, or a case of the kit.
local frame_octets_max = 67108864 + 4

local f = {
  length = ProtoField.uint32("peersync.length", "Length of the body"),
  type = ProtoField.uint8("peersync.type", "Message type", base.HEX, types),
  message = ProtoField.string("peersync.message", "Message"),
  number = ProtoField.uint32("peersync.number", "Frame of this side"),
  sealed = ProtoField.bytes("peersync.sealed", "Sealed octets"),
  tag = ProtoField.bytes("peersync.tag", "Tag of the seal"),
  opened = ProtoField.bytes("peersync.opened", "Opened octets"),
  field = ProtoField.string("peersync.field", "Field"),
  code = ProtoField.string("peersync.code", "Error code"),
}
psp.fields = f

local e_closed = ProtoExpert.new("peersync.closed", "Sealed; no keys", expert.group.PROTOCOL, expert.severity.CHAT)
local e_bad = ProtoExpert.new("peersync.malformed", "Malformed", expert.group.MALFORMED, expert.severity.ERROR)
psp.experts = { e_closed, e_bad }

local frame_comment = Field.new("frame.comment")
local tcp_stream = Field.new("tcp.stream")

-- Of each direction of each stream: how many frames there were, and whether it seals by now. Filled
-- on the first pass; later passes look up what a frame was.
local directions = {}
local seen = {}

function psp.init()
  directions = {}
  seen = {}
end

local function from_hex(hex)
  return ByteArray.new(hex)
end

-- A varint as a number; beyond 2^53 it loses low bits, which no name depends on.
local function varint(octets, at)
  local value, factor = 0, 1
  for i = 0, 9 do
    if at + i >= octets:len() then return nil end
    local octet = octets:get_index(at + i)
    value = value + (octet % 128) * factor
    factor = factor * 128
    if octet < 128 then return value, at + i + 1 end
  end
  return nil
end

local function text_of(octets, from, to)
  local raw = octets:subset(from, to - from):raw()
  if #raw > 120 then raw = raw:sub(1, 120) .. "..." end
  return (raw:gsub("[%c\127-\255]", "."))
end

local function shown(kind, octets, from, to)
  if to == from then return "(empty)" end
  if kind == "text" then return '"' .. text_of(octets, from, to) .. '"' end
  return tostring(octets:subset(from, math.min(to - from, 32))):lower() .. (to - from > 32 and "..." or "")
end

local add_message

-- A batch that was deflated: inflated where this Wireshark can, else named as what it is.
local function add_deflated(item, range, from, to)
  item:set_text("batch: Batch, deflated (" .. (to - from) .. " octets)")
  local done, inflated = pcall(function() return range(from, to - from):uncompress("Inflated batch") end)
  if not done or not inflated or inflated:len() == 0 then return end
  local octets = inflated:bytes()
  add_message(item, function(at, count) return inflated(at, count) end, octets, 0, octets:len(), "Batch")
end

local function add_field(tree, range, octets, from, message, number, wire, value_at, to, value, deflated)
  local known = messages[message] and messages[message][number]
  local name = known and known.name or ("field " .. number)
  local item = tree:add(f.field, range(from, to - from))
  if wire == 0 then
    local names = known and enums[known.of]
    local word = names and names[value] or string.format("%.0f", value)
    if name == "code" then tree:add(f.code, range(from, to - from), word):set_generated() end
    item:set_text(name .. ": " .. word)
  elseif name == "batch" and deflated then
    add_deflated(item, range, value_at, to)
  elseif known and messages[known.of] then
    item:set_text(name .. ": " .. known.of)
    add_message(item, range, octets, value_at, to, known.of)
  else
    item:set_text(name .. ": " .. shown(known and known.of, octets, value_at, to))
  end
end

-- Adds the fields of a message that stands at [from, to) of the octets.
add_message = function(tree, range, octets, from, to, message)
  local at = from
  local deflated = false
  while at < to do
    local tag, value_at = varint(octets, at)
    if not tag then return tree:add_proto_expert_info(e_bad, "a tag without end") end
    local number, wire = math.floor(tag / 8), tag % 8
    local value, finish
    if wire == 0 then
      value, finish = varint(octets, value_at)
    elseif wire == 2 then
      local length
      length, value_at = varint(octets, value_at)
      finish = length and value_at + length
    elseif wire == 1 or wire == 5 then
      finish = value_at + (wire == 1 and 8 or 4)
    end
    if not finish or finish > to then
      return tree:add_proto_expert_info(e_bad, "field " .. number .. " runs past its message")
    end
    -- The encoding stands before the batch that it is about; 2 is DEFLATE.
    if message == "Payload" and number == 2 then deflated = value == 2 end
    add_field(tree, range, octets, at, message, number, wire, value_at, finish, value, deflated)
    at = finish
  end
end

-- What the kit opened, by side and number of the frame: comments of this packet, each a part.
local function opened_by_kit(side, number)
  local parts, wanted = {}, nil
  for _, comment in ipairs({ frame_comment() }) do
    local whose, which, part, of, hex =
      tostring(comment.value):match("^peersync%-opened (%a+) (%d+) (%d+)/(%d+) (%x+)$")
    if whose == side and tonumber(which) == number then
      parts[tonumber(part)] = hex
      wanted = tonumber(of)
    end
  end
  if not wanted then return nil end
  for part = 1, wanted do
    if not parts[part] then return nil end
  end
  return from_hex(table.concat(parts))
end

local function side_of(pinfo)
  return pinfo.src_port == default_port and "kit" or "testee"
end

-- Which frame of its direction this is, and whether it is sealed; the same on every pass.
local function place_of(tvb, pinfo)
  local key = pinfo.number .. ":" .. tvb:offset() .. ":" .. tvb:len()
  if seen[key] then return seen[key] end
  local name = tostring(tcp_stream().value) .. ":" .. pinfo.src_port
  local direction = directions[name] or { count = 0, sealed = false }
  directions[name] = direction
  local is_clear_known = tvb:len() > header_octets and types[tvb(header_octets, 1):uint()] ~= nil
  seen[key] = { number = direction.count, sealed = direction.sealed }
  direction.count = direction.count + 1
  -- From its Confirm on, a side seals.
  if is_clear_known and tvb(header_octets, 1):uint() == 4 then direction.sealed = true end
  return seen[key]
end

local function name_of(octet)
  return types[octet] or (octet >= 128 and "Ignorable" or "unknown")
end

local function add_body(tree, range, octets)
  if octets:len() == 0 then return "empty" end
  local octet = octets:get_index(0)
  local name = name_of(octet)
  tree:add(f.type, range(0, 1), octet)
  tree:add(f.message, range(0, 1), name):set_generated()
  if messages[name] then add_message(tree, range, octets, 1, octets:len(), name) end
  return name
end

local function dissect_frame(tvb, pinfo, root)
  local place = place_of(tvb, pinfo)
  local tree = root:add(psp, tvb())
  tree:add(f.length, tvb(0, header_octets))
  tree:add(f.number, place.number):set_generated()
  local length = tvb:len() - header_octets
  if length == 0 then
    tree:add_proto_expert_info(e_bad, "a frame without a body")
    return tvb:len()
  end
  local name
  local opened = place.sealed and opened_by_kit(side_of(pinfo), place.number)
  if opened then
    local inner = opened:tvb("Opened message")
    tree:add(f.sealed, tvb(header_octets, length))
    name = add_body(tree, function(from, count) return inner(from, count) end, opened)
    tree:add(f.opened, inner())
    if length >= tag_octets then tree:add(f.tag, tvb(tvb:len() - tag_octets, tag_octets)) end
  elseif place.sealed then
    tree:add(f.sealed, tvb(header_octets, length))
    tree:add_proto_expert_info(e_closed)
    name = "sealed"
  else
    local range = tvb(header_octets, length)
    name = add_body(tree, function(from, count) return range(from, count) end, range:bytes())
  end
  tree:append_text(", " .. name)
  pinfo.cols.protocol = "FPSP"
  pinfo.cols.info:append(" [" .. name .. "]")
  return tvb:len()
end

local function frame_length(tvb, _, offset)
  local length = tvb(offset, header_octets):uint() + header_octets
  return math.min(length, frame_octets_max)
end

function psp.dissector(tvb, pinfo, root)
  dissect_tcp_pdus(tvb, root, header_octets, frame_length, dissect_frame)
  return tvb:len()
end

DissectorTable.get("tcp.port"):add(default_port, psp)
