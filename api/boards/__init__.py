"""What people see: pages rendered here, in Indonesian, that work without scripts."""
