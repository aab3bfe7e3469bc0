#pragma once

#include <string_view>

namespace oofgg {

/// While it lasts, what this thread does belongs to the request with that id: lines that are logged carry
/// it, and so do calls of its player's to another server (servers/common/request_transport.h). Scopes nest.
/// Threads: belongs to the one that made it. Lifetime: `request_id` outlives it.
class RequestScope {
 public:
  explicit RequestScope(std::string_view request_id) : outer_(current_) { current_ = request_id; }
  ~RequestScope() { current_ = outer_; }
  RequestScope(const RequestScope&) = delete;
  RequestScope& operator=(const RequestScope&) = delete;

  /// Empty where this thread works on no request.
  [[nodiscard]] static std::string_view CurrentId() { return current_; }

 private:
  inline static thread_local std::string_view current_;
  const std::string_view outer_;
};

}  // namespace oofgg
