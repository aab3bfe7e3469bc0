#include <algorithm>

#include "tests/conformance/transport/transport_setting.h"

namespace oofgg::testing {
namespace {

Status Failure(StatusCode code) {
  Status status = WithReason(InvalidField("field", "wrong"), "SUITE");
  Status failure = MakeStatus(code, std::string(status.message()));
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { failure.SetPayload(url, payload); });
  return failure;
}

}  // namespace

StatusOr<std::string> EchoUnary(std::string_view method, const Metadata& metadata,
                                const std::string& request) {
  if (method == "/suite.Echo/Unary") {
    for (const auto& [name, value] : metadata) {
      if (name == "x-fail") return Failure(static_cast<StatusCode>(std::stoi(value)));
    }
    return request;
  }
  std::vector<std::string> lines;
  for (const auto& [name, value] : metadata) {
    if (name.starts_with("x-") || name == "authorization") lines.push_back(name + "=" + value + "\n");
  }
  std::sort(lines.begin(), lines.end());
  std::string answer;
  for (const std::string& line : lines) answer += line;
  return answer;
}

StatusOr<std::vector<std::string>> EchoStream(const std::string& message) {
  if (message == "fail") return Failure(StatusCode::kAborted);
  return std::vector<std::string>(message == "flood" ? 100 : 1, message);
}

}  // namespace oofgg::testing
