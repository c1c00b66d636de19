-- The reference policy for Envoy. A response learns by the stream's metadata that its request brought an agreement.
local LONGEST = 34128000
local NOTE = "reference"

local necessary = { sessionid = true, csrftoken = true, django_language = true, messages = true, cookies_preferences = true }
local analytics = { _ga = true, _gid = true }

local function passes(name, agreed)
  if necessary[name] then return true end
  if not agreed then return false end
  return analytics[name] or name:find("^_ga_") ~= nil or name:find("^_pk_id%.") ~= nil or name:find("^_pk_ses%.") ~= nil
end

local function agreement(cookies)
  local value = cookies:match("cookies_preferences=([^;]*)")
  if not value then return false end
  local plain = value:gsub("%%(%x%x)", function(code) return string.char(tonumber(code, 16)) end)
  return plain:find('"analytics":true', 1, true) ~= nil
end

function envoy_on_request(handle)
  local fields = handle:headers()
  local cookies = fields:get("cookie")
  if not cookies then return end
  local agreed = agreement(cookies)
  if agreed then handle:streamInfo():dynamicMetadata():set(NOTE, "agreed", true) end
  local kept, dropped = {}, false
  for pair in cookies:gmatch("[^; ][^;]*") do
    if passes(pair:match("^[^=]*"), agreed) then kept[#kept + 1] = pair else dropped = true end
  end
  if not dropped then return end
  if #kept == 0 then fields:remove("cookie") else fields:replace("cookie", table.concat(kept, "; ")) end
end

-- sessionid's attributes, where any is missing.
local function hardened(field, secure)
  local lower = field:lower()
  if secure and not lower:find("; *secure") then field = field .. "; Secure" end
  if not lower:find("; *httponly") then field = field .. "; HttpOnly" end
  if not lower:find("; *samesite=lax") then field = field:gsub("; *[Ss]ame[Ss]ite=[^;]*", "") .. "; SameSite=Lax" end
  return field
end

local function shortened(field)
  local from, to, age = field:lower():find("; *max%-age=(%d+)")
  if not age or tonumber(age) <= LONGEST then return field end
  return field:sub(1, from - 1) .. "; Max-Age=" .. LONGEST .. field:sub(to + 1)
end

function envoy_on_response(handle)
  local fields = handle:headers()
  local count = fields:getNumValues("set-cookie")
  if count == 0 then return end
  local note = handle:streamInfo():dynamicMetadata():get(NOTE)
  local agreed = note ~= nil and note.agreed == true
  local secure = handle:connection():ssl() ~= nil
  local kept = {}
  for i = 0, count - 1 do
    local field = fields:getAtIndex("set-cookie", i)
    local name = field:match("^[^=;]*")
    if passes(name, agreed) then
      field = shortened(field)
      kept[#kept + 1] = name == "sessionid" and hardened(field, secure) or field
    end
  end
  fields:remove("set-cookie")
  for i = 1, #kept do fields:add("set-cookie", kept[i]) end
end
