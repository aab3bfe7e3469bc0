#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

namespace oofgg::net {

using Strand = boost::asio::strand<boost::asio::io_context::executor_type>;

}  // namespace oofgg::net
