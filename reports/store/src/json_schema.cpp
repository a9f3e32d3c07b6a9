// SPDX-License-Identifier: Apache-2.0
#include "json_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <regex>
#include <string_view>

namespace vernier::store {
namespace {

using nlohmann::json;

constexpr std::array kKeywords{"$schema",
                               "$id",
                               "$comment",
                               "title",
                               "description",
                               "type",
                               "enum",
                               "const",
                               "required",
                               "properties",
                               "patternProperties",
                               "additionalProperties",
                               "minProperties",
                               "items",
                               "minItems",
                               "minLength",
                               "pattern",
                               "minimum",
                               "maximum",
                               "exclusiveMinimum",
                               "exclusiveMaximum"};

constexpr std::size_t kLongestMatched = 4096;  // std::regex recurses once a character

Result<void> known_keywords(const json& schema, const std::string& where) {
  if (schema.is_boolean()) return {};
  if (!schema.is_object()) return fail(ErrorCode::kInvalidInput, "a schema is an object or a boolean", where);
  for (const auto& [key, value] : schema.items()) {
    if (std::find(kKeywords.begin(), kKeywords.end(), key) == kKeywords.end()) {
      return fail(ErrorCode::kUnsupported, fmt::format("schema keyword {} is not supported", key), where);
    }
    const bool list_of_schemas = key == "properties" || key == "patternProperties";
    if (list_of_schemas) {
      for (const auto& [name, inner] : value.items()) {
        if (auto r = known_keywords(inner, where + "/" + key + "/" + name); !r) return r;
      }
    } else if (key == "items" || key == "additionalProperties") {
      if (auto r = known_keywords(value, where + "/" + key); !r) return r;
    }
  }
  return {};
}

std::string excerpt(const json& value) {
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

bool has_type(const json& value, std::string_view type) {
  if (type == "integer") {
    return value.is_number_integer() ||
           (value.is_number_float() && std::nearbyint(value.get<double>()) == value.get<double>());
  }
  if (type == "number") return value.is_number();
  return type == value.type_name();
}

/// One walk over document and schema side by side; stops at the first violation.
class Checker {
 public:
  Result<void> check(const json& value, const json& schema) {
    if (schema.is_boolean()) return schema.get<bool>() ? Result<void>{} : violation("is not allowed here");
    if (value.is_number_float() && !std::isfinite(value.get<double>())) return violation("is not a finite number");
    if (auto r = check_kind(value, schema); !r) return r;
    if (value.is_number()) return check_number(value.get<double>(), schema);
    if (value.is_string()) return check_string(value.get_ref<const std::string&>(), schema);
    if (value.is_array()) return check_array(value, schema);
    if (value.is_object()) return check_object(value, schema);
    return {};
  }

 private:
  [[nodiscard]] Result<void> violation(std::string what) const {
    return fail(ErrorCode::kInvalidInput, std::move(what), at_.to_string().empty() ? "/" : at_.to_string());
  }

  Result<void> check_kind(const json& value, const json& schema) const {
    if (const auto c = schema.find("const"); c != schema.end() && *c != value) {
      return violation(fmt::format("is {}, must be {}", excerpt(value), excerpt(*c)));
    }
    if (const auto e = schema.find("enum"); e != schema.end() && std::find(e->begin(), e->end(), value) == e->end()) {
      return violation(fmt::format("is {}, must be one of {}", excerpt(value), e->dump()));
    }
    const auto t = schema.find("type");
    if (t == schema.end()) return {};
    if (t->is_string()) {
      if (has_type(value, t->get<std::string>())) return {};
    } else {
      for (const auto& one : *t) {
        if (has_type(value, one.get<std::string>())) return {};
      }
    }
    return violation(fmt::format("is {}, must be of type {}", excerpt(value), t->dump()));
  }

  Result<void> check_number(double value, const json& schema) const {
    const auto limit = [&](const char* key) { return schema.contains(key) ? schema[key].get<double>() : std::nan(""); };
    if (value < limit("minimum")) return violation(fmt::format("is {}, must be at least {}", value, limit("minimum")));
    if (value > limit("maximum")) return violation(fmt::format("is {}, must be at most {}", value, limit("maximum")));
    if (value <= limit("exclusiveMinimum"))
      return violation(fmt::format("is {}, must be above {}", value, limit("exclusiveMinimum")));
    if (value >= limit("exclusiveMaximum"))
      return violation(fmt::format("is {}, must be below {}", value, limit("exclusiveMaximum")));
    return {};
  }

  Result<void> check_string(const std::string& value, const json& schema) const {
    if (value.size() < schema.value("minLength", std::size_t{0})) return violation("is empty");
    if (const auto p = schema.find("pattern"); p != schema.end()) {
      if (value.size() > kLongestMatched)
        return violation(fmt::format("is longer than {} characters", kLongestMatched));
      if (!std::regex_search(value, std::regex(p->get<std::string>(), std::regex::ECMAScript))) {
        return violation(fmt::format("is \"{}\", must match {}", value, p->get<std::string>()));
      }
    }
    return {};
  }

  Result<void> check_array(const json& value, const json& schema) {
    if (value.size() < schema.value("minItems", std::size_t{0})) return violation("has too few elements");
    const auto items = schema.find("items");
    if (items == schema.end()) return {};
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto r = descend(std::to_string(i), value[i], *items); !r) return r;
    }
    return {};
  }

  Result<void> check_object(const json& value, const json& schema) {
    if (value.size() < schema.value("minProperties", std::size_t{0})) return violation("has too few keys");
    if (const auto required = schema.find("required"); required != schema.end()) {
      for (const auto& key : *required) {
        if (!value.contains(key.get_ref<const std::string&>())) {
          at_.push_back(key.get<std::string>());
          return violation("is missing");
        }
      }
    }
    for (const auto& [key, inner] : value.items()) {
      if (auto r = check_member(key, inner, schema); !r) return r;
    }
    return {};
  }

  Result<void> check_member(const std::string& key, const json& value, const json& schema) {
    static const json kNone = json::object();
    const auto& properties = schema.contains("properties") ? schema["properties"] : kNone;
    if (const auto p = properties.find(key); p != properties.end()) return descend(key, value, *p);
    const auto& patterns = schema.contains("patternProperties") ? schema["patternProperties"] : kNone;
    for (const auto& [pattern, inner] : patterns.items()) {
      if (std::regex_search(key, std::regex(pattern))) return descend(key, value, inner);
    }
    const auto others = schema.find("additionalProperties");
    if (others == schema.end()) return {};
    if (others->is_boolean() && !others->get<bool>()) {
      at_.push_back(key);
      return violation("is not a known key");
    }
    return descend(key, value, *others);
  }

  Result<void> descend(const std::string& key, const json& value, const json& schema) {
    at_.push_back(key);
    auto r = check(value, schema);
    if (r) at_.pop_back();
    return r;
  }

  json::json_pointer at_;
};

}  // namespace

Result<JsonSchema> JsonSchema::parse(std::string_view text) {
  auto root = json::parse(text, nullptr, false);
  if (root.is_discarded()) return fail(ErrorCode::kInvalidInput, "is not JSON", "schema");
  if (auto r = known_keywords(root, "schema"); !r) return forward_error(r);
  return JsonSchema(std::move(root));
}

Result<void> JsonSchema::check(const json& document) const { return Checker().check(document, root_); }

}  // namespace vernier::store
