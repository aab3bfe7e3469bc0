#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/transport.h"

namespace oofgg::testing {

/// The far end that the suite expects of every transport under test. It knows these methods:
///  - `/suite.Echo/Unary` answers with the request; metadata `x-fail: CODE` makes it fail with that code, a
///    message, and the details of InvalidField("field", "wrong") and reason SUITE; `x-hang: 1` never answers.
///  - `/suite.Echo/Headers` answers with `name=value` of the metadata that begin with `x-` or
///  `authorization`,
///    sorted, one a line.
///  - `/suite.Echo/Stream` sends every message back and ends with OK on half-close; the message `fail` ends
///  it with
///    kAborted as above, `flood` is answered with 100 messages.
///  - `/suite.Echo/Unread` reads nothing.
class TransportSetting {
 public:
  virtual ~TransportSetting() = default;
  [[nodiscard]] virtual Transport& transport() = 0;
  [[nodiscard]] virtual const Clock& clock() const = 0;
  /// Lets the transport work until `done`, which is asked again after each Notify, or gives up: false.
  [[nodiscard]] virtual bool RunUntil(const std::function<bool()>& done) = 0;
  /// Something happened.
  virtual void Notify() {}
  /// A timeout that a call with `x-hang` cannot meet.
  [[nodiscard]] virtual Duration too_short() const = 0;
  /// The far end goes away.
  virtual void KillFarEnd() = 0;
};

[[nodiscard]] std::unique_ptr<TransportSetting> MakeGrpcSetting();
[[nodiscard]] std::unique_ptr<TransportSetting> MakeMemorySetting();

/// The suite's service, once for all settings.
[[nodiscard]] StatusOr<std::string> EchoUnary(std::string_view method, const Metadata& metadata,
                                              const std::string& request);
/// What the stream answers to one message; an error ends it.
[[nodiscard]] StatusOr<std::vector<std::string>> EchoStream(const std::string& message);

}  // namespace oofgg::testing
