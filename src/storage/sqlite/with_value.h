#pragma once

#include <type_traits>
#include <utility>

#include "oofgg/status.h"
#include "storage/sqlite/database.h"

namespace oofgg::storage {

/// `Database::Read` for a body that gives a StatusOr.
template <typename Body>
auto ReadValue(Database& database, Body body) {
  std::invoke_result_t<Body, Connection&> value = MakeStatus(StatusCode::kInternal, "the read did not run");
  Status read = database.Read([&](Connection& connection) {
    value = body(connection);
    return value.status();
  });
  if (!read.ok()) value = std::move(read);
  return value;
}

/// `Database::Write` for a body that gives a StatusOr; its value counts only once it is durable.
template <typename Body>
auto WriteValue(Database& database, Body body) {
  std::invoke_result_t<Body, Connection&> value = MakeStatus(StatusCode::kInternal, "the write did not run");
  Status written = database.Write([&](Connection& connection) {
    value = body(connection);
    return value.status();
  });
  if (!written.ok()) value = std::move(written);
  return value;
}

}  // namespace oofgg::storage
