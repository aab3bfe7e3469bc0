#pragma once

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <string>
#include <vector>

#include "client/check_metadata.h"
#include "oofgg/status.h"
#include "oofgg/transport.h"
#include "wire/status_details.h"

namespace oofgg::internal {

inline grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

inline std::string ToString(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  bytes.reserve(buffer.Length());
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

inline Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  return wire::DecodeStatus(static_cast<int>(status.error_code()), status.error_message(),
                            status.error_details());
}

/// What is left of the deadline goes to gRPC, whose own clock is the system's. An error is the call's
/// outcome: it may be started, as that is how gRPC calls back, but nothing of it will be sent.
inline Status Prepare(grpc::ClientContext& context, const TransportCall& call, const Clock& clock) {
  if (Status status = CheckMetadata(call.metadata); !status.ok()) {
    context.TryCancel();
    return status;
  }
  for (const auto& [name, value] : call.metadata) context.AddMetadata(name, value);
  if (call.deadline == kNever) return absl::OkStatus();
  const Duration left = call.deadline - clock.Now();
  // A day more or less is no matter, an overflow would be.
  const auto bounded = std::min<Duration>(left, std::chrono::hours(24 * 365));
  context.set_deadline(std::chrono::system_clock::now() + bounded);
  return absl::OkStatus();
}

}  // namespace oofgg::internal
