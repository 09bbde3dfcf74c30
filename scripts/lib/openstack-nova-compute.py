"""nova-compute as its package starts it; the package itself would bring qemu and libvirt."""
import sys

from nova.cmd.compute import main

if __name__ == '__main__':
    sys.exit(main())
