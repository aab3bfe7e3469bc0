#include "presence/json_framer.h"

namespace oofgg::presence {
namespace {

bool IsSpace(char byte) { return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t'; }

}  // namespace

Status JsonFramer::Explain(const Limits& limits) const {
  switch (fault_) {
    case Fault::kNoFault:
      break;
    case Fault::kNotAnObject:
      return MakeStatus(StatusCode::kInvalidArgument, "expected a JSON object, which begins with {");
    case Fault::kTooLong:
      return MakeStatus(StatusCode::kOutOfRange,
                        "an object may have " + std::to_string(limits.max_bytes) + " bytes at most");
    case Fault::kTooDeep:
      return MakeStatus(StatusCode::kInvalidArgument,
                        "an object may nest " + std::to_string(limits.max_depth) + " levels at most");
  }
  return absl::OkStatus();
}

void JsonFramer::ScanByte(char byte) {
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (byte == '\\') {
      escaped_ = true;
    } else if (byte == '"') {
      in_string_ = false;
    }
    return;
  }
  if (byte == '"') in_string_ = true;
  if (byte == '{' || byte == '[') ++depth_;
  if (byte == '}' || byte == ']') --depth_;
}

StatusOr<std::optional<std::string_view>> JsonFramer::Next(std::string_view& input, const Limits& limits) {
  if (given_out_) buffer_.Free();
  given_out_ = false;
  if (depth_ == 0) {
    while (!input.empty() && IsSpace(input.front())) input.remove_prefix(1);
    if (!input.empty() && input.front() != '{' && fault_ == Fault::kNoFault) fault_ = Fault::kNotAnObject;
  }
  if (fault_ != Fault::kNoFault) return Explain(limits);

  for (std::size_t used = 0; used < input.size();) {
    ScanByte(input[used++]);
    if (depth_ > limits.max_depth) fault_ = Fault::kTooDeep;
    if (buffer_.view().size() + used > limits.max_bytes) fault_ = Fault::kTooLong;
    if (fault_ != Fault::kNoFault) return Explain(limits);
    if (depth_ > 0) continue;

    std::string_view object = input.substr(0, used);
    input.remove_prefix(used);
    if (!buffer_.empty()) {
      object = buffer_.Get().append(object);
      given_out_ = true;
    }
    return object;
  }
  if (!input.empty()) buffer_.Get() += input;
  input = {};
  return std::nullopt;
}

}  // namespace oofgg::presence
