#pragma once

#include "oofgg/model/attribute.h"
#include "wire/convert.h"

namespace oofgg::wire {

/// For the contract's attribute messages, whose accessors have the same names and whose numbers do not.
template <class ProtoMap>
void WriteAttributes(const Attributes& from, ProtoMap& to) {
  for (const auto& [name, value] : from) {
    auto& written = to[name];
    if (const auto* text = std::get_if<std::string>(&value)) {
      written.set_string_value(*text);
    } else if (const auto* whole = std::get_if<std::int32_t>(&value)) {
      written.set_int_value(*whole);
    } else if (const auto* real = std::get_if<float>(&value)) {
      written.set_float_value(*real);
    } else {
      written.set_bool_value(std::get<bool>(value));
    }
  }
}

template <class ProtoMap>
Status ReadAttributes(const ProtoMap& from, Attributes& to, Reading reading) {
  using Message = typename ProtoMap::mapped_type;
  for (const auto& [name, value] : from) {
    switch (value.value_case()) {
      case Message::kStringValue:
        to.emplace(name, value.string_value());
        break;
      case Message::kIntValue:
        to.emplace(name, value.int_value());
        break;
      case Message::kFloatValue:
        to.emplace(name, value.float_value());
        break;
      case Message::kBoolValue:
        to.emplace(name, value.bool_value());
        break;
      case Message::VALUE_NOT_SET:
        if (reading == Reading::kTolerant) break;  // A kind that this client is too old for.
        return InvalidField("attributes." + name,
                            "has no value; give it a string_value, int_value, float_value or bool_value");
    }
  }
  return {};
}

}  // namespace oofgg::wire
