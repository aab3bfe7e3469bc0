#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oofgg::orchestration {

/// What servers of a fleet run, in eight hexadecimal digits; empty for what the backend starts by itself.
[[nodiscard]] std::string RevisionOf(std::string_view image, std::string_view command);

/// The name of a new server: `gs-REVISION-UUID`, so that whoever finds it running knows what it runs.
[[nodiscard]] std::string NewServerId(std::string_view revision, std::string_view uuid);

/// What the server of this name runs; nothing if we did not name it.
[[nodiscard]] std::optional<std::string> RevisionIn(std::string_view server_id);

}  // namespace oofgg::orchestration
