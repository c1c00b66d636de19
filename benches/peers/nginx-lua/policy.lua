-- The reference policy for nginx.
local policy = {}

local LONGEST = 34128000
local NECESSARY, ANALYTICS = 1, 2
local declared = {
  sessionid = NECESSARY, csrftoken = NECESSARY, django_language = NECESSARY, messages = NECESSARY,
  cookies_preferences = NECESSARY, _ga = ANALYTICS, _gid = ANALYTICS,
}
local beginnings = { "_ga_", "_pk_id.", "_pk_ses." }

-- Whether a cookie of that name may pass where `agreed` is the most that was agreed to.
local function passes(name, agreed)
  local category = declared[name]
  if category then return category <= agreed end
  if agreed < ANALYTICS then return false end
  for i = 1, #beginnings do
    local beginning = beginnings[i]
    if name:sub(1, #beginning) == beginning then return true end
  end
  return false
end

local function octet(hex) return string.char(tonumber(hex, 16)) end

local function choice(cookies)
  local _, _, value = cookies:find("cookies_preferences=([^;]*)")
  local text = value and value:gsub("%%(%x%x)", octet)
  if text and text:find('"analytics":true', 1, true) then return ANALYTICS end
  return NECESSARY
end

function policy.request()
  local cookies = ngx.var.http_cookie
  if not cookies then return end
  local agreed = choice(cookies)
  ngx.ctx.agreed = agreed
  local kept, count, changed = {}, 0, false
  for pair in cookies:gmatch("[^; ][^;]*") do
    local _, _, name = pair:find("^([^=]*)=")
    if name and passes(name, agreed) then
      count = count + 1
      kept[count] = pair
    else
      changed = true
    end
  end
  if changed then ngx.req.set_header("Cookie", table.concat(kept, "; ")) end
end

-- The field value as it may pass, or nothing.
local function judged(field, agreed, secure)
  local _, _, name = field:find("^([^=;]*)=")
  if not name or not passes(name, agreed) then return nil end
  local lower = field:lower()
  local from, to, age = lower:find("; *max%-age=(%d+)")
  if age and tonumber(age) > LONGEST then
    field = field:sub(1, from - 1) .. "; Max-Age=" .. LONGEST .. field:sub(to + 1)
    lower = field:lower()
  end
  if name ~= "sessionid" then return field end
  local add = ""
  if secure and not lower:find("; *secure") then add = "; Secure" end
  if not lower:find("; *httponly") then add = add .. "; HttpOnly" end
  if not lower:find("; *samesite=lax") then
    field = field:gsub("; *[Ss]ame[Ss]ite=[^;]*", "")
    add = add .. "; SameSite=Lax"
  end
  return field .. add
end

function policy.response()
  local fields = ngx.header["Set-Cookie"]
  if not fields then return end
  if type(fields) == "string" then fields = { fields } end
  local agreed, secure = ngx.ctx.agreed or NECESSARY, ngx.var.scheme == "https"
  local kept, count = {}, 0
  for i = 1, #fields do
    local field = judged(fields[i], agreed, secure)
    if field then
      count = count + 1
      kept[count] = field
    end
  end
  ngx.header["Set-Cookie"] = kept
end

return policy
